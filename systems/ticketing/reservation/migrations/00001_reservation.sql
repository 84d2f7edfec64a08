-- +goose Up
-- Times are milliseconds since 1970, UTC. Prices are in won.
create table reservation_schedule (
    schedule     integer primary key,
    concert      integer not null,
    available_at integer not null, -- when reserving begins
    concert_at   integer not null  -- when it is played
) strict;

-- Who holds a seat. version counts the changes of that, and the sale.
create table reservation_seat (
    schedule integer not null references reservation_schedule (schedule),
    number   integer not null check (number >= 1),
    concert  integer not null,
    price    integer not null check (price >= 0),
    holder   integer unique references reservation (id),
    version  integer not null default 0,
    primary key (schedule, number)
) strict, without rowid;

create table reservation (
    id          integer primary key autoincrement,
    user        text    not null check (user <> ''),
    concert     integer not null,
    schedule    integer not null,
    seat        integer not null,
    price       integer not null check (price >= 0),
    status      text    not null check (status in (
        'PAYMENT_PENDING', 'PAYING', 'PAYMENT_COMPLETED', 'RESERVATION_CANCELLED', 'RESERVATION_EXPIRED')),
    expires_at  integer not null,
    saga        text    not null default '', -- that has claimed it
    token       text    not null,            -- of the queue, with which it was reserved
    request_key text,                        -- the caller's Idempotency-Key
    reason      text    not null default '', -- of an admin who cancelled it
    created     integer not null,
    updated     integer not null,
    foreign key (schedule, seat) references reservation_seat (schedule, number),
    check (saga <> '' or status not in ('PAYING', 'PAYMENT_COMPLETED'))
) strict;

-- A seat has at most one live reservation, whatever the program does.
create unique index reservation_live on reservation (schedule, seat)
    where status in ('PAYMENT_PENDING', 'PAYING', 'PAYMENT_COMPLETED');
create index reservation_due on reservation (status, expires_at);
create index reservation_mine on reservation (user, id);
create index reservation_request on reservation (user, request_key) where request_key is not null;

-- +goose Down
update reservation_seat set holder = null;
drop table reservation;
drop table reservation_seat;
drop table reservation_schedule;
