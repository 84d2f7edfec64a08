-- +goose Up
create table sequence (
    name    text primary key,
    next_id integer not null
) strict;

insert into sequence (name, next_id) values ('ordernum', 1000);

create table orders (
    id        integer primary key,
    instance  text    not null unique, -- the attempt that placed it, <order number>/<attempt>
    total     integer not null check (total >= 0), -- US cents
    placed_at text    not null -- RFC 3339, UTC
) strict;

create table lineitem (
    order_id    integer not null references orders (id),
    line_number integer not null,
    item        text    not null,
    quantity    integer not null check (quantity > 0),
    unit_price  integer not null check (unit_price >= 0), -- US cents
    primary key (order_id, line_number)
) strict, without rowid;

-- Attempts whose insert was fenced: they will never place their order.
create table order_fence (
    instance  text primary key,
    fenced_at text not null -- RFC 3339, UTC
) strict;

-- +goose Down
drop table order_fence;
drop table lineitem;
drop table orders;
drop table sequence;
