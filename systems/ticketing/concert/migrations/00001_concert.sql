-- +goose Up
create table concert (
    id          integer primary key autoincrement,
    title       text    not null,
    description text    not null,
    closed      integer not null default 0 check (closed in (0, 1)), -- by an admin
    status      text    not null check (status in ('AVAILABLE', 'UNAVAILABLE')),
    version     integer not null default 1 -- counts the changes of this row
) strict;

create index concert_available on concert (id) where status = 'AVAILABLE';

create table schedule (
    id           integer primary key autoincrement,
    concert      integer not null references concert (id),
    concert_at   integer not null, -- milliseconds since 1970, UTC
    available_at integer not null  -- when reserving begins, likewise
) strict;

create index schedule_concert on schedule (concert, concert_at, id);

create table concert_seat (
    schedule    integer not null references schedule (id),
    number      integer not null check (number > 0),
    price       integer not null check (price > 0), -- won
    status      text    not null default 'AVAILABLE' check (status in ('AVAILABLE', 'HELD', 'SOLD')),
    reservation integer, -- whose seat it is
    version     integer not null default 0, -- as the reservation service counts; 0: never changed
    primary key (schedule, number),
    check ((status = 'AVAILABLE') = (reservation is null))
) strict, without rowid;

-- Whether a schedule has a seat left is asked with every sale.
create index concert_seat_unsold on concert_seat (schedule) where status <> 'SOLD';

-- Who closed and reopened a concert, and why.
create table concert_decision (
    id      integer primary key autoincrement,
    concert integer not null references concert (id),
    closed  integer not null check (closed in (0, 1)), -- 0: reopened
    reason  text    not null,
    admin   text    not null,
    at      integer not null -- milliseconds since 1970, UTC
) strict;

create index concert_decision_concert on concert_decision (concert, id);

-- What was made under an Idempotency-Key of an admin.
create table concert_request (
    admin   text    not null,
    key     text    not null,
    digest  text    not null, -- SHA-256 of what was asked, in hex
    concert integer not null references concert (id),
    primary key (admin, key)
) strict, without rowid;

-- +goose Down
drop table concert_request;
drop table concert_decision;
drop table concert_seat;
drop table schedule;
drop table concert;
