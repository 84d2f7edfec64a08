package line

import (
	_ "embed"

	"github.com/redis/rueidis"
)

// The scripts. Each runs in Redis from its beginning to its end without anybody between.
var (
	//go:embed scripts/common.lua
	commonText string
	//go:embed scripts/put.lua
	putText string
	//go:embed scripts/look.lua
	lookText string
	//go:embed scripts/admit.lua
	admitText string
	//go:embed scripts/count.lua
	countText string
	//go:embed scripts/begin.lua
	beginText string
	//go:embed scripts/finish.lua
	finishText string
	//go:embed scripts/forget.lua
	forgetText string
)

type scripts struct{ put, look, admit, count, begin, finish, forget *rueidis.Lua }

func newScripts() scripts {
	script := func(text string) *rueidis.Lua { return rueidis.NewLuaScript(commonText + text) }
	return scripts{
		put: script(putText), look: script(lookText), admit: script(admitText), count: script(countText),
		begin: script(beginText), finish: script(finishText), forget: script(forgetText),
	}
}
