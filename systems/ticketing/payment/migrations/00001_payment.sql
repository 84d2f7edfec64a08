-- +goose Up
create table payment (
    id          text    primary key,
    saga        text    not null unique,
    user        text    not null,
    amount      integer not null check (amount > 0), -- won
    status      text    not null check (status in ('PENDING', 'COMPLETED', 'FAILED', 'CANCELLED')),
    created_at  integer not null, -- milliseconds since 1970, UTC
    refunded_at integer, -- likewise
    check ((refunded_at is not null) = (status = 'CANCELLED'))
) strict;

create index payment_by_user on payment (user, created_at desc, id desc);

create table payment_line (
    payment     text    not null references payment (id),
    reservation integer not null,
    price       integer not null, -- won
    primary key (payment, reservation)
) strict, without rowid;

create index payment_by_reservation on payment_line (reservation);

create table payment_history (
    payment text    not null references payment (id),
    number  integer not null, -- from 1
    status  text    not null,
    reason  text    not null,
    at      integer not null,
    primary key (payment, number)
) strict, without rowid;

-- +goose Down
drop table payment_history;
drop table payment_line;
drop table payment;
