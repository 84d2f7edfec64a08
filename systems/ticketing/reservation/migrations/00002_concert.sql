-- +goose Up
-- How a concert stands, as the concert service has told. A concert of which nothing was told has no row.
create table reservation_concert (
    concert integer primary key,
    status  text    not null check (status in ('AVAILABLE', 'UNAVAILABLE')),
    version integer not null -- what has a smaller one is older
) strict;

-- +goose Down
drop table reservation_concert;
