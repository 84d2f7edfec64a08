-- What all scripts share. All keys begin with KEYS[1] and have its hash tag, so they lie on one node:
--   :tokens       hash   token -> version status concert seq waiting_until active_until restored user
--   :ended        zset   tokens that are over, by when that was noted
--   :concerts     set    those that have keys of their own, which are
--   :w:CONCERT    zset   who waits, by the order of arrival
--   :wd:CONCERT   zset   who waits, by when that is over
--   :a:CONCERT    zset   who is active, by when that is over
--   :r:CONCERT    zset   those of them who were restored
--   :p:CONCERT    set    those of them who are not yet in the book
--   :ad:CONCERT   zset   who was let in, by when
--   :epoch        which filling of this Redis stands, and in which of its runs; missing: none does
--   :lock         who fills it
local base = KEYS[1]

-- How long the lock of who fills it holds, in milliseconds. Each page makes it hold anew, so it need not be long,
-- and nobody can use the line until it is over when its holder has died.
local lease = 5000

local function key(name, concert)
	if concert then return base .. ':' .. name .. ':' .. concert end
	return base .. ':' .. name
end

local function read(token)
	local text = redis.call('HGET', key('tokens'), token)
	if not text then return nil end
	local t = {}
	t.version, t.status, t.concert, t.seq, t.waiting, t.active, t.restored, t.user =
		string.match(text, '^(%d+) (%u+) (%-?%d+) (%d+) (%d+) (%d+) (%d) (.*)$')
	return t
end

-- leave takes a token out of wherever it is.
local function leave(token, t)
	redis.call('ZREM', key('w', t.concert), token)
	redis.call('ZREM', key('wd', t.concert), token)
	redis.call('ZREM', key('a', t.concert), token)
	redis.call('ZREM', key('r', t.concert), token)
	redis.call('SREM', key('p', t.concert), token)
	redis.call('ZREM', key('ended'), token)
end

-- stand puts it where it belongs.
local function stand(token, t, now)
	redis.call('HSET', key('tokens'), token, table.concat(
		{t.version, t.status, t.concert, t.seq, t.waiting, t.active, t.restored, t.user}, ' '))
	if t.status == 'WAITING' then
		redis.call('ZADD', key('w', t.concert), t.seq, token)
		redis.call('ZADD', key('wd', t.concert), t.waiting, token)
	elseif t.status == 'ACTIVE' then
		redis.call('ZADD', key('a', t.concert), t.active, token)
		if t.restored == '1' then redis.call('ZADD', key('r', t.concert), t.active, token) end
	else
		redis.call('ZADD', key('ended'), now, token)
	end
end
