-- +goose Up
-- Who owned an instance before it was claimed; '' if nobody did. If the claim's answer is lost, the
-- node still learns that another may have called the open step.
alter table saga_instance add column former text not null default '';

-- +goose Down
alter table saga_instance drop column former;
