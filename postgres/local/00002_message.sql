-- +goose Up
-- Messages that are not delivered yet. position is given out when a message is appended; of two of
-- one key the one whose transaction had committed when the other was appended has the smaller one.
--
-- Of each key at most one row is the head, whose turn it is: the smallest position that there was
-- when the turn came, until it is delivered or discarded, whatever commits behind its back. due is
-- when a row is to be looked at: of the head, when it may be delivered, and while it is claimed, when
-- the claim runs out. It is null for a dead letter, and for a row that was found to wait behind
-- another one of its key. So what may be delivered is a range of one index, however long the rest
-- of the table is.
create table saga_outbox (
  key         text        collate "C" not null,
  position    bigint      generated always as identity,
  id          text        not null,
  source      text        not null,
  type        text        not null,
  time        timestamptz,
  data        text,
  correlation text        not null,
  causation   text        not null,
  trace       text        not null,
  written     timestamptz not null default statement_timestamp(),
  due         timestamptz default statement_timestamp(),
  head        boolean     not null default false,
  attempts    int         not null default 0,
  dead        boolean     not null default false,
  error       text        not null default '',
  primary key (key, position)
) with (
  autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000,
  autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 50000,
  autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 20000,
  autovacuum_vacuum_cost_delay = 0
);
create index saga_outbox_due on saga_outbox (due, position) where due is not null;
create unique index saga_outbox_head on saga_outbox (key) where head;

-- One row: until when a relay sleeps that wants to be woken by whoever appends.
create table saga_relay (
  asleep timestamptz not null
);
insert into saga_relay (asleep) values ('-infinity');

-- Messages that had their effect here, per consumer.
create table saga_inbox (
  consumer    text        collate "C" not null,
  source      text        collate "C" not null,
  id          text        collate "C" not null,
  received_at timestamptz not null default statement_timestamp(),
  primary key (consumer, source, id)
);

-- +goose Down
drop table saga_inbox;
drop table saga_relay;
drop table saga_outbox;
