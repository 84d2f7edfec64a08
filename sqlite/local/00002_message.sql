-- +goose Up
-- Messages that are not delivered yet. Times are microseconds since 1970, in UTC. SQLite has one
-- writer at a time, so positions are given out in the order of the commits. autoincrement: a
-- position that was used is not used again, also if its row is gone.
--
-- due is null for a row that waits behind an earlier one of its key, and for a dead letter. So what
-- may be delivered is a range of one index, however long the rest of the table is.
create table saga_outbox (
  position    integer primary key autoincrement,
  id          text    not null,
  source      text    not null,
  type        text    not null,
  key         text    not null,
  time        integer,
  data        text,
  correlation text    not null,
  causation   text    not null,
  trace       text    not null,
  written     integer not null,
  due         integer,
  attempts    integer not null default 0,
  dead        integer not null default 0 check (dead in (0, 1)),
  error       text    not null default ''
) strict;
create index saga_outbox_key on saga_outbox (key, position);
create index saga_outbox_due on saga_outbox (due, position) where due is not null;

-- Messages that had their effect here, per consumer.
create table saga_inbox (
  consumer    text    not null,
  source      text    not null,
  id          text    not null,
  received_at integer not null,
  primary key (consumer, source, id)
) strict, without rowid;

-- +goose Down
drop table saga_inbox;
drop table saga_outbox;
