-- +goose Up
-- What was decided under a key now stands in the ledger of the package participant.
insert into saga_ledger (key, operation, state, request, reply, refusal_code, refusal_detail, refusal_data, decided_at, reverted_at)
select l.key, 'stock/decrement', l.state,
    case when l.state <> 'CANCELLED' then json_object('lines', json((
        select json_group_array(json_object('item', item, 'quantity', quantity) order by item)
        from stock_ledger_line where key = l.key))) end,
    case when l.state in ('APPLIED', 'REVERTED') then json_object('currency', 'USD', 'lines', json((
        select json_group_array(json_object('item', item, 'quantity', quantity, 'unitPrice', unit_price) order by item)
        from stock_ledger_line where key = l.key))) end,
    case when l.state = 'REFUSED' then l.refusal_code end,
    case when l.state = 'REFUSED' then l.refusal_detail end,
    case when l.state = 'REFUSED' then json_object('item', l.refusal_item) end,
    cast(unixepoch(l.decided_at, 'subsec') * 1000000 as integer),
    case when l.state = 'REVERTED' then cast(unixepoch(l.reverted_at, 'subsec') * 1000000 as integer) end
from stock_ledger l;

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
