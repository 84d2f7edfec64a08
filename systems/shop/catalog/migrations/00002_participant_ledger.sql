-- +goose Up
-- What was decided under a key now stands in the ledger of the package participant.
drop table stock_ledger_line;
drop table stock_ledger;

-- +goose Down
create table stock_ledger (
    key            text primary key,
    state          text not null check (state in ('APPLIED', 'REVERTED', 'REFUSED', 'CANCELLED')),
    refusal_code   text not null default '',
    refusal_item   text not null default '',
    refusal_detail text not null default '',
    decided_at     text not null,
    reverted_at    text
) strict;

create table stock_ledger_line (
    key        text    not null references stock_ledger (key),
    item       text    not null,
    quantity   integer not null check (quantity > 0),
    unit_price integer not null check (unit_price >= 0),
    primary key (key, item)
) strict, without rowid;
