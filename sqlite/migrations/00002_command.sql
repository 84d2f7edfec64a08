-- +goose Up
-- Copies for lists, as the other columns are. For rows from before, how long they have stood is
-- known to be at least since they last moved; reason and step come with their next checkpoint.
alter table saga_instance add column since integer not null default 0;
alter table saga_instance add column reason text not null default '';
alter table saga_instance add column step text not null default '';
update saga_instance set since = updated;

-- Lists of some statuses, latest first, which do not walk over the instances of all others; and
-- counting. The other list needs the status no more, and without it is in order of num as well.
create index saga_instance_status on saga_instance (status, started);
drop index saga_instance_started;
create index saga_instance_started on saga_instance (started);

-- What people want done. answer is null until an append says what became of it. holder and ended
-- say whom it is for, and follow the instance's row while the command waits: holder is its owner, ''
-- if the row is anybody's to claim, and null if there is no row or it is not live; ended is 1 if it
-- is not live.
create table saga_command (
  id       text    primary key,
  instance text    not null,
  sent     integer not null,
  data     blob    not null,
  answer   blob,
  holder   text,
  ended    integer not null default 0
) strict;

-- Claims walk what waits for one holder, oldest first, and pass over nothing that is for others.
create index saga_command_waiting on saga_command (holder, ended, sent, id) where answer is null;

-- What was sent to an instance, for whoever asks what became of it.
create index saga_command_instance on saga_command (instance);

-- +goose Down
drop table saga_command;
drop index saga_instance_started;
create index saga_instance_started on saga_instance (started, status);
drop index saga_instance_status;
alter table saga_instance drop column step;
alter table saga_instance drop column reason;
alter table saga_instance drop column since;
