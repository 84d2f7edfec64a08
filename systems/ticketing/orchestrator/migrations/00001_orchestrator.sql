-- +goose Up
-- Sagas that were started, and whether their end has been told.
create table payment_saga (
    id         text    primary key,
    user       text    not null,
    started_at integer not null, -- milliseconds since 1970, UTC
    told_at    integer -- when SagaCompleted or SagaFailed was put into the outbox
) strict;

create index payment_saga_untold on payment_saga (started_at, id) where told_at is null;

-- +goose Down
drop table payment_saga;
