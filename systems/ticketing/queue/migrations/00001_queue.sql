-- +goose Up
-- What the concert service told. Who enters the line of a concert that is not here asks for what does not exist.
create table queue_concert (
    id      integer primary key,
    status  text    not null check (status in ('AVAILABLE', 'UNAVAILABLE')),
    version integer not null -- of the concert, as its service counts
) strict;

-- How many are let in, where an administrator has said so. 0 is the line of all concerts, if there is one.
create table queue_rule (
    concert    integer primary key,
    max_active integer not null check (max_active >= 0),
    batch      integer not null check (batch >= 0), -- 0: as many as there is room for
    every_ms   integer not null check (every_ms >= 0)
) strict;

-- +goose Down
drop table queue_rule;
drop table queue_concert;
