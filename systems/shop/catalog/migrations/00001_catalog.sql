-- +goose Up
create table category (
    id   text primary key,
    name text not null
) strict;

create table product (
    id          text primary key,
    category    text not null references category (id),
    name        text not null,
    description text not null
) strict;

create table item (
    id      text primary key,
    product text    not null references product (id),
    variant text    not null,
    price   integer not null check (price >= 0) -- US cents
) strict;

create table inventory (
    item     text primary key references item (id),
    quantity integer not null check (quantity >= 0)
) strict;

-- One row for each key that was ever decided, written in the transaction that moved the stock.
create table stock_ledger (
    key            text primary key,
    state          text not null check (state in ('APPLIED', 'REVERTED', 'REFUSED', 'CANCELLED')),
    refusal_code   text not null default '',
    refusal_item   text not null default '',
    refusal_detail text not null default '',
    decided_at     text not null, -- RFC 3339, UTC
    reverted_at    text
) strict;

-- What was asked for under a key, and at which price it was given. A cancelled key has none.
create table stock_ledger_line (
    key        text    not null references stock_ledger (key),
    item       text    not null,
    quantity   integer not null check (quantity > 0),
    unit_price integer not null check (unit_price >= 0), -- US cents; 0 if refused
    primary key (key, item)
) strict, without rowid;

-- +goose Down
drop table stock_ledger_line;
drop table stock_ledger;
drop table inventory;
drop table item;
drop table product;
drop table category;
