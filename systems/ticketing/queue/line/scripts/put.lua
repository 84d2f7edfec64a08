-- put stores tokens as the book has them, unless something newer is here.
-- ARGV: the filler's lock or '', now, then of each token: name version status concert seq waiting active restored admitted user
if ARGV[1] == '' then
	if redis.call('EXISTS', key('epoch')) == 0 then return {'LOST'} end
else
	if redis.call('GET', key('lock')) ~= ARGV[1] then return {'LOST'} end
	redis.call('PEXPIRE', key('lock'), lease)
end
for i = 3, #ARGV, 10 do
	local token = ARGV[i]
	local old = read(token)
	if not old or tonumber(old.version) < tonumber(ARGV[i + 1]) then
		if old then leave(token, old) end
		local t = {version = ARGV[i + 1], status = ARGV[i + 2], concert = ARGV[i + 3], seq = ARGV[i + 4], waiting = ARGV[i + 5],
			active = ARGV[i + 6], restored = ARGV[i + 7], user = ARGV[i + 9]}
		redis.call('SADD', key('concerts'), t.concert)
		if ARGV[i + 8] ~= '0' then redis.call('ZADD', key('ad', t.concert), ARGV[i + 8], token) end
		stand(token, t, ARGV[2])
	end
end
return {'OK'}
