-- count. ARGV: concert, now, a minute ago, in a minute
if redis.call('EXISTS', key('epoch')) == 0 then return {'LOST'} end
local function active(name) return redis.call('ZCOUNT', key(name, ARGV[1]), '(' .. ARGV[2], '+inf') end
local pending, restored = redis.call('SCARD', key('p', ARGV[1])), active('r')
local function text(n) return string.format('%d', n) end
return {'OK', text(redis.call('ZCARD', key('w', ARGV[1])) + pending), text(math.max(0, active('a') - restored - pending)), text(restored),
	text(redis.call('ZCOUNT', key('ad', ARGV[1]), '(' .. ARGV[3], ARGV[4]))}
