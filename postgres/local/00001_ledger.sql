-- +goose Up
-- What a participant decided, one row per key, written in the transaction that did the work.
-- request, reply and refusal_data are JSON, null if there is none; as text, which is kept to the byte.
create table saga_ledger (
  key            text        collate "C" primary key,
  operation      text        not null,
  state          text        not null check (state in ('APPLIED', 'REVERTED', 'REFUSED', 'CANCELLED')),
  request        text,
  reply          text,
  refusal_code   text,
  refusal_detail text,
  refusal_data   text,
  decided_at     timestamptz not null,
  reverted_at    timestamptz,
  check ((state = 'REFUSED') = (refusal_code is not null)),
  check ((state = 'REVERTED') = (reverted_at is not null))
);

-- +goose Down
drop table saga_ledger;
