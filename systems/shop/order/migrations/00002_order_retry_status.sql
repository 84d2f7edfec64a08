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

-- +goose Down
alter table orders drop column owner;
drop table orderstatus;
drop table order_retry_status;
drop table order_number;
