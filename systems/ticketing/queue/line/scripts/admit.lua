-- admit ends what is over, and lets in. ARGV: now, concert, limit, batch, every, active until, at most, since when admissions are kept,
-- the number up to which nobody is missing here
-- Returns the number of this filling and all who were let in and are not yet in the book.
local now, concert, limit, batch, every, atonce = tonumber(ARGV[1]), ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[7])
local last = tonumber(ARGV[9])
local epoch = redis.call('GET', key('epoch'))
if not epoch then return {'LOST'} end
local run = string.match(redis.call('INFO', 'server'), 'run_id:(%w+)')
if string.match(epoch, ':(%w+)$') ~= run then -- it was started again, and may have lost the last second
	redis.call('DEL', key('epoch'))
	return {'LOST'}
end

local function over(token)
	local t = read(token)
	leave(token, t)
	t.status, t.restored = 'EXPIRED', '0'
	stand(token, t, ARGV[1])
end

for _, token in ipairs(redis.call('ZRANGEBYSCORE', key('wd', concert), '-inf', ARGV[1], 'LIMIT', 0, atonce)) do over(token) end
-- The time of who was let in and was not told begins when it is.
local pending = redis.call('SMEMBERS', key('p', concert))
for _, token in ipairs(pending) do redis.call('ZADD', key('a', concert), ARGV[6], token) end
for _, token in ipairs(redis.call('ZRANGEBYSCORE', key('a', concert), '-inf', ARGV[1], 'LIMIT', 0, atonce)) do over(token) end
redis.call('ZREMRANGEBYSCORE', key('ad', concert), '-inf', ARGV[8])
for _, token in ipairs(redis.call('ZRANGEBYSCORE', key('ended'), '-inf', now - 600000, 'LIMIT', 0, atonce)) do
	redis.call('HDEL', key('tokens'), token)
	redis.call('ZREM', key('ended'), token)
end

local room = limit - redis.call('ZCOUNT', key('a', concert), '(' .. ARGV[1], '+inf')
if every > 0 then
	room = math.min(room, batch - redis.call('ZCOUNT', key('ad', concert), '(' .. string.format('%.0f', now - every), string.format('%.0f', now + every)))
end
room = math.min(room, atonce)
local steps = 0
while room > 0 and steps < 2 * atonce do
	steps = steps + 1
	local token = redis.call('ZRANGE', key('w', concert), 0, 0)[1]
	if not token then break end
	local t = read(token)
	if tonumber(t.seq) > last then break end
	if tonumber(t.waiting) <= now then
		over(token)
	else
		leave(token, t)
		t.status, t.active = 'ACTIVE', ARGV[6]
		stand(token, t, ARGV[1])
		redis.call('ZADD', key('ad', concert), ARGV[1], token)
		redis.call('SADD', key('p', concert), token)
		room = room - 1
		pending[#pending + 1] = token
	end
end
table.insert(pending, 1, 'OK')
table.insert(pending, 2, string.match(epoch, '^(%d+):'))
return pending
