-- finish says that the filling is done. ARGV: the lock, the number of the filling, the run in which it began or '' if it failed
if redis.call('GET', key('lock')) ~= ARGV[1] then return {'LOST'} end
redis.call('DEL', key('lock'))
if string.match(redis.call('INFO', 'server'), 'run_id:(%w+)') ~= ARGV[3] then return {'LOST'} end
redis.call('SET', key('epoch'), ARGV[2] .. ':' .. ARGV[3])
return {'OK'}
