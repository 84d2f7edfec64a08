-- +goose Up
-- The format of the tables below. A program that does not know the number leaves the file alone.
create table saga_format (
  version integer not null
) strict;
insert into saga_format (version) values (1);

-- kind: 0 joined, 1 entries, 2 sealed, 3 drained. starts is a digest of the append's start keys.
create table saga_journal (
  node    text    not null,
  pos     integer not null,
  kind    integer not null,
  entries blob    not null,
  starts  blob    not null,
  primary key (node, pos)
) strict, without rowid;

-- Every id there is. A start's key fills the other columns; they are null if none did. Ids may be
-- random, and a row at a random place costs a page of the log. So only the index here is in order
-- of ids; the other tables go by num and grow at their end.
create table saga_id (
  num        integer primary key,
  id         text    not null unique,
  definition text,
  hash       blob,
  node       text,
  pos        integer
) strict;

-- Times are microseconds since 1970, in UTC. owner is '' if nobody, due is null if never.
create table saga_instance (
  num        integer primary key,
  id         text    not null,
  definition text    not null,
  version    integer not null,
  status     text    not null,
  live       integer not null,
  owner      text    not null,
  due        integer,
  started    integer not null,
  updated    integer not null,
  data       blob    not null
) strict;

-- Claims walk this index in order of due and read nothing else of the rows that they pass over.
create index saga_instance_due on saga_instance (due, owner) where live = 1;
-- Recovery: what one node holds. Rows that sleep without an owner are not in it.
create index saga_instance_owner on saga_instance (owner) where live = 1 and owner <> '';
-- Lists, latest first. The status is there so that counting does not read the rows.
create index saga_instance_started on saga_instance (started, status);

-- With a rowid: otherwise a chunk of more than 1 kB would take a page of its own.
create table saga_history (
  num     integer not null,
  seq     integer not null,
  entries blob    not null,
  primary key (num, seq)
) strict;

create table saga_shape (
  name    text    not null,
  version integer not null,
  data    blob    not null,
  primary key (name, version)
) strict, without rowid;

-- +goose Down
drop table saga_shape;
drop table saga_history;
drop table saga_instance;
drop table saga_id;
drop table saga_journal;
drop table saga_format;
