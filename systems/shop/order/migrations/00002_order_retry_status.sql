-- +goose Up
-- Every number that was given out, and to whom.
create table order_number (
    id        integer primary key,
    owner     text    not null,
    issued_at text    not null -- RFC 3339, UTC
) strict;

-- Where each order stands, and how often it was submitted. The write-up's OrderRetryStatus.
create table order_retry_status (
    order_id       integer primary key references order_number (id),
    status         text    not null check (status in ('Success', 'Fail', 'Unprocessed', 'Unknown')),
    attempt        integer not null check (attempt > 0),
    lines          text    not null, -- JSON, as ordered
    refusal_code   text    not null default '',
    refusal_item   text    not null default '',
    refusal_detail text    not null default '',
    since          text    not null -- RFC 3339, UTC: when it came to stand so
) strict;

create index order_number_by_owner on order_number (owner, id);
create index order_retry_status_open on order_retry_status (since) where status in ('Unprocessed', 'Unknown');

-- Where a stored order stands with the shop: P means that it waits to be shipped.
create table orderstatus (
    order_id   integer primary key references orders (id),
    status     text    not null,
    changed_at text    not null -- RFC 3339, UTC
) strict;

alter table orders add column owner text not null default '';

-- Numbers that were given out before are nobody's. What was stored under one is a success; of the
-- others no more is known than that they are not placed.
insert into order_number (id, owner, issued_at)
with recursive issued (id) as (
    select 1000 union all select id + 1 from issued where id < (select next_id - 1 from sequence where name = 'ordernum')
)
select id, '', coalesce((select placed_at from orders o where o.id = issued.id), '1970-01-01T00:00:00Z')
from issued where (select next_id from sequence where name = 'ordernum') > 1000;
insert into order_retry_status (order_id, status, attempt, lines, since)
select n.id, case when o.id is null then 'Fail' else 'Success' end,
    coalesce(cast(substr(o.instance, instr(o.instance, '/') + 1) as integer), 1),
    (select json_group_array(json_object('item', item, 'quantity', quantity) order by item) from lineitem where order_id = n.id),
    n.issued_at
from order_number n left join orders o on o.id = n.id;
insert into orderstatus (order_id, status, changed_at) select id, 'P', placed_at from orders;

-- +goose Down
alter table orders drop column owner;
drop table orderstatus;
drop table order_retry_status;
drop table order_number;
