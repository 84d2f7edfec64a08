-- The tables that a DTM 1.19 server expects, with the types, keys and indexes that its own script
-- gives them.
create sequence trans_global_seq;
create table trans_global (
  id                 bigint primary key default nextval('trans_global_seq'),
  gid                varchar(128)  not null unique,
  trans_type         varchar(45)   not null,
  status             varchar(45)   not null,
  query_prepared     varchar(1024) not null,
  protocol           varchar(45)   not null,
  create_time        timestamptz(0),
  update_time        timestamptz(0),
  finish_time        timestamptz(0),
  rollback_time      timestamptz(0),
  options            varchar(1024) default '',
  custom_data        varchar(1024) default '',
  next_cron_interval int,
  next_cron_time     timestamptz(0),
  owner              varchar(128)  not null default '',
  ext_data           text,
  result             varchar(1024) default '',
  rollback_reason    varchar(1024) default ''
);
create index on trans_global (owner);
create index on trans_global (status, next_cron_time);

create sequence trans_branch_op_seq;
create table trans_branch_op (
  id            bigint primary key default nextval('trans_branch_op_seq'),
  gid           varchar(128)  not null,
  url           varchar(1024) not null,
  data          text,
  bin_data      bytea,
  branch_id     varchar(128)  not null,
  op            varchar(45)   not null,
  status        varchar(45)   not null,
  finish_time   timestamptz(0),
  rollback_time timestamptz(0),
  create_time   timestamptz(0),
  update_time   timestamptz(0),
  constraint gid_branch_uniq unique (gid, branch_id, op)
);

create sequence kv_seq;
create table kv (
  id          bigint primary key default nextval('kv_seq'),
  cat         varchar(45)  not null,
  k           varchar(128) not null,
  v           text,
  version     bigint default 1,
  create_time timestamptz(0),
  update_time timestamptz(0),
  unique (cat, k)
);
