-- +goose Up
-- What a participant decided, one row per key, written in the transaction that did the work. Times
-- are microseconds since 1970, in UTC. request, reply and refusal_data are JSON, null if there is none.
create table saga_ledger (
  key            text    not null primary key,
  operation      text    not null,
  state          text    not null check (state in ('APPLIED', 'REVERTED', 'REFUSED', 'CANCELLED')),
  request        text,
  reply          text,
  refusal_code   text,
  refusal_detail text,
  refusal_data   text,
  decided_at     integer not null,
  reverted_at    integer,
  check ((state = 'REFUSED') = (refusal_code is not null)),
  check ((state = 'REVERTED') = (reverted_at is not null))
) strict;

-- +goose Down
drop table saga_ledger;
