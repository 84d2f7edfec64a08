-- begin lets one fill an empty Redis. ARGV: its lock
if redis.call('EXISTS', key('epoch')) == 1 then return {'READY'} end
if not redis.call('SET', key('lock'), ARGV[1], 'NX', 'PX', lease) then return {'BUSY'} end
for _, concert in ipairs(redis.call('SMEMBERS', key('concerts'))) do
	for _, name in ipairs({'w', 'wd', 'a', 'r', 'p', 'ad'}) do redis.call('UNLINK', key(name, concert)) end
end
redis.call('UNLINK', key('tokens'), key('ended'), key('concerts'))
return {'MINE', string.match(redis.call('INFO', 'server'), 'run_id:(%w+)')}
