-- look. ARGV: token. Who was let in and is not yet in the book still waits, at the head.
if redis.call('EXISTS', key('epoch')) == 0 then return {'LOST'} end
local t = read(ARGV[1])
if not t then return {'UNKNOWN'} end
local position = 0
if redis.call('SISMEMBER', key('p', t.concert), ARGV[1]) == 1 then
	t.status, t.active, position = 'PENDING', '0', 1
elseif t.status == 'WAITING' then
	position = redis.call('ZRANK', key('w', t.concert), ARGV[1]) + 1
end
return {'OK', t.status, t.concert, t.seq, t.waiting, t.active, string.format('%d', position), t.user}
