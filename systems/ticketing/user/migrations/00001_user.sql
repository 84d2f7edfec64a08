-- +goose Up
create table users (
    name         text    primary key,
    display_name text    not null,
    password     text    not null, -- its hash; see password.go
    created_at   integer not null  -- milliseconds since 1970, UTC
) strict;

-- What a user has, in won: the sum of the ledger's rows, so that nobody needs to add them up.
create table balance (
    user   text    primary key references users (name),
    amount integer not null check (amount >= 0)
) strict;

-- Every change of a balance. Amounts are positive; a DEBIT takes, the others give.
create table balance_ledger (
    id      integer primary key autoincrement,
    user    text    not null references users (name),
    kind    text    not null check (kind in ('CHARGE', 'DEBIT', 'REFUND')),
    amount  integer not null check (amount > 0),
    balance integer not null check (balance >= 0), -- after it
    key     text    not null, -- of a charge: the user's name and the caller's key; else the payment's id
    at      integer not null, -- milliseconds since 1970, UTC
    unique (key, kind)
) strict;

create index balance_ledger_by_user on balance_ledger (user, id);

-- What a user was told. No reference to users: what came of a sale is kept even if its buyer is gone.
create table notification (
    id      integer primary key autoincrement,
    user    text    not null,
    saga_id text    not null,
    kind    text    not null check (kind in ('COMPLETED', 'FAILED')),
    code    text    not null,
    amount  integer not null check (amount >= 0),
    at      integer not null, -- milliseconds since 1970, UTC
    unique (saga_id, kind)
) strict;

create index notification_by_user on notification (user, id);

-- +goose Down
drop table notification;
drop table balance_ledger;
drop table balance;
drop table users;
