-- +goose Up
-- What the tables are: version is the format that was written last, and oldest the first format
-- whose programs may still use them.
create table saga_format (
  version int not null,
  oldest  int not null
);
insert into saga_format (version, oldest) values (1, 1);

-- Every incarnation there ever was. holder is the number of the advisory lock that its process
-- holds while it is in touch with the server; lease is how long others give it without progress.
create table saga_node (
  node    text   collate "C" primary key,
  holder  bigint not null,
  lease   interval not null default '0',
  drained boolean not null default false
);
create index saga_node_undrained on saga_node (node) where not drained;

-- kind: 0 joined, 1 entries, 2 sealed, 3 drained. starts is a digest of the append's start keys and
-- answers. Rows live for seconds only, so the table is vacuumed by their number and not by its size.
create table saga_journal (
  node    text        collate "C" not null,
  pos     bigint      not null,
  kind    smallint    not null,
  at      timestamptz not null default clock_timestamp(),
  starts  bytea       not null default '',
  entries bytea       not null default '',
  primary key (node, pos)
) with (
  fillfactor = 90,
  autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000,
  autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 20000,
  autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 5000,
  autovacuum_vacuum_cost_delay = 0,
  toast.autovacuum_vacuum_scale_factor = 0, toast.autovacuum_vacuum_threshold = 2000,
  toast.autovacuum_vacuum_cost_delay = 0
);

-- The start keys: who started an id, and with what.
create table saga_key (
  id         text   collate "C" primary key,
  definition text   collate "C" not null,
  hash       bytea  not null,
  node       text   collate "C" not null,
  pos        bigint not null
);

-- owner is null if nobody holds the instance, and former if nobody held it before it was claimed;
-- due is null if it is never due.
create table saga_instance (
  id         text        collate "C" primary key,
  definition text        collate "C" not null,
  version    bigint      not null,
  status     text        collate "C" not null,
  live       boolean     not null,
  owner      text        collate "C",
  former     text        collate "C",
  due        timestamptz,
  started    timestamptz not null,
  updated    timestamptz not null,
  since      timestamptz not null,
  reason     text        collate "C" not null,
  step       text        collate "C" not null,
  data       bytea       not null
) with (
  fillfactor = 85,
  autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 5000,
  autovacuum_analyze_scale_factor = 0.02, autovacuum_analyze_threshold = 5000
);

-- Claims: what nobody holds, in order of due, and what each owner holds.
create index saga_instance_free on saga_instance (due) where live and owner is null;
create index saga_instance_held on saga_instance (owner, due) where live and owner is not null;
-- Lists, latest first. What has completed is found among all: it is nearly all there is, and an
-- entry for each in the second index would be a fifth of the price of a checkpoint.
create index saga_instance_started on saga_instance (started desc, id);
create index saga_instance_status on saga_instance (status, started desc, id) where status <> 'completed';

-- By month, so that what is old can be dropped as a whole. What fits no month goes to the default.
create table saga_history (
  at      timestamptz not null default now(),
  id      text        collate "C" not null,
  seq     int         not null,
  entries bytea       not null
) partition by range (at);
create index saga_history_id on saga_history (id, seq);

create table saga_shape (
  name    text  collate "C" not null,
  version bigint not null,
  data    bytea not null,
  primary key (name, version)
);

-- What people want done. answer is null until an append says what became of it.
create table saga_command (
  id       text        collate "C" primary key,
  instance text        collate "C" not null,
  sent     timestamptz not null,
  data     bytea       not null,
  answer   bytea
);
create index saga_command_waiting on saga_command (sent, id) where answer is null;
create index saga_command_answered on saga_command (sent) where answer is not null;
create index saga_command_instance on saga_command (instance);

-- A row of the journal stays in its page if it can: what is out of line is written, indexed and
-- trimmed piece by piece.
alter table saga_journal alter column entries set storage main;

-- +goose StatementBegin
do $$
begin
  alter table saga_journal alter column entries set compression lz4;
  alter table saga_history alter column entries set compression lz4;
exception when feature_not_supported then
  null; -- the server was built without it, and its own compression does
end
$$;
-- +goose StatementEnd

create table saga_history_default partition of saga_history default;
create index saga_history_default_at on saga_history_default (at);

-- +goose Down
drop table saga_command;
drop table saga_shape;
drop table saga_history;
drop table saga_instance;
drop table saga_key;
drop table saga_journal;
drop table saga_node;
drop table saga_format;
