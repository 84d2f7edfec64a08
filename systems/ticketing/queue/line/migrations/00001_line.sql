-- +goose Up
-- Who waits, who is active and who was. Times are milliseconds since 1970, UTC; 0 is none.
create table queue_token (
    seq           integer primary key autoincrement, -- the order of arrival: never given twice
    token         text    not null unique,
    user          text    not null,
    concert       integer not null, -- 0: one line for all concerts
    status        text    not null check (status in ('WAITING', 'ACTIVE', 'COMPLETED', 'EXPIRED', 'CANCELLED')),
    version       integer not null default 1, -- grows with each change: what was read earlier has a smaller one
    waiting_until integer not null,
    active_until  integer not null default 0,
    admitted_at   integer not null default 0,
    restored      integer not null default 0 check (restored in (0, 1)),
    completed_by  text    not null default '' -- what used it up last, kept when that is taken back
) strict;

create unique index queue_token_one_live on queue_token (concert, user) where status in ('WAITING', 'ACTIVE');
create index queue_token_waiting on queue_token (concert, seq) where status = 'WAITING';
create index queue_token_waiting_until on queue_token (concert, waiting_until) where status = 'WAITING';
create index queue_token_active on queue_token (concert, active_until) where status = 'ACTIVE';
create index queue_token_admitted on queue_token (admitted_at, concert) where admitted_at > 0;
create index queue_token_completed on queue_token (completed_by) where completed_by <> '';

-- How many wait in each block of 64, 4,096 and 262,144 numbers, so that a place is found by adding up
-- a few rows. Triggers keep the counts: no change of a status can forget them.
create table queue_block (
    concert integer not null,
    level   integer not null check (level in (1, 2, 3)),
    block   integer not null, -- seq / 64, / 4,096, / 262,144
    waiting integer not null check (waiting >= 0),
    primary key (level, concert, block)
) strict, without rowid;

-- +goose StatementBegin
create trigger queue_token_joins after insert on queue_token when new.status = 'WAITING'
begin
    insert into queue_block (concert, level, block, waiting)
    values (new.concert, 1, new.seq >> 6, 1), (new.concert, 2, new.seq >> 12, 1), (new.concert, 3, new.seq >> 18, 1)
    on conflict (level, concert, block) do update set waiting = waiting + 1;
end;
-- +goose StatementEnd

-- +goose StatementBegin
create trigger queue_token_leaves after update of status on queue_token when old.status = 'WAITING' and new.status <> 'WAITING'
begin
    update queue_block set waiting = waiting - 1 where concert = old.concert and level = 1 and block = old.seq >> 6;
    update queue_block set waiting = waiting - 1 where concert = old.concert and level = 2 and block = old.seq >> 12;
    update queue_block set waiting = waiting - 1 where concert = old.concert and level = 3 and block = old.seq >> 18;
    delete from queue_block where concert = old.concert and level = 1 and block = old.seq >> 6 and waiting = 0;
    delete from queue_block where concert = old.concert and level = 2 and block = old.seq >> 12 and waiting = 0;
    delete from queue_block where concert = old.concert and level = 3 and block = old.seq >> 18 and waiting = 0;
end;
-- +goose StatementEnd

-- +goose StatementBegin
create trigger queue_token_stays_left before update of status on queue_token when old.status <> 'WAITING' and new.status = 'WAITING'
begin
    select raise(abort, 'a token that has left the waiting line does not come back to it');
end;
-- +goose StatementEnd

-- How often a Redis was filled from the table above. What was decided there under an earlier number
-- and is not in the table yet, is void.
create table queue_epoch (
    one   integer primary key check (one = 1),
    epoch integer not null
) strict;

insert into queue_epoch values (1, 0);

-- +goose Down
drop table queue_epoch;
drop table queue_token;
drop table queue_block;
