-- forget says that this filling is not the book's latest. ARGV: its number
if string.match(redis.call('GET', key('epoch')) or '', '^(%d+):') == ARGV[1] then redis.call('DEL', key('epoch')) end
return {'LOST'}
