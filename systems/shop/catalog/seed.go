package catalog

import (
	"context"
	"database/sql"
	"fmt"
)

// The data of MyBatis JPetStore 6: five categories, 16 products and 28 items with their list
// prices, and as much stock as it starts with.
const seedStock = 10_000

type category struct{ id, name string }

type product struct{ id, category, name, description string }

type item struct {
	id, product, variant string
	price                int64 // cents
}

// seed fills an empty catalog. One that has items is left alone: its stock is real.
func seed(ctx context.Context, tx *sql.Tx) error {
	var filled bool
	if err := tx.QueryRowContext(ctx, `select exists (select 1 from item)`).Scan(&filled); err != nil || filled {
		return err
	}
	for _, c := range seedCategories() {
		if _, err := tx.ExecContext(ctx, `insert into category (id, name) values (?, ?)`, c.id, c.name); err != nil {
			return fmt.Errorf("category %s: %w", c.id, err)
		}
	}
	for _, p := range seedProducts() {
		if _, err := tx.ExecContext(ctx, `insert into product (id, category, name, description) values (?, ?, ?, ?)`,
			p.id, p.category, p.name, p.description); err != nil {
			return fmt.Errorf("product %s: %w", p.id, err)
		}
	}
	for _, i := range seedItems() {
		if err := seedItem(ctx, tx, i); err != nil {
			return fmt.Errorf("item %s: %w", i.id, err)
		}
	}
	return nil
}

func seedItem(ctx context.Context, tx *sql.Tx, i item) error {
	if _, err := tx.ExecContext(ctx, `insert into item (id, product, variant, price) values (?, ?, ?, ?)`,
		i.id, i.product, i.variant, i.price); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, `insert into inventory (item, quantity) values (?, ?)`, i.id, seedStock)
	return err
}

func seedCategories() []category {
	return []category{
		{"FISH", "Fish"}, {"DOGS", "Dogs"}, {"REPTILES", "Reptiles"}, {"CATS", "Cats"}, {"BIRDS", "Birds"},
	}
}

func seedProducts() []product {
	return []product{
		{"FI-SW-01", "FISH", "Angelfish", "Salt water, Australia"},
		{"FI-SW-02", "FISH", "Tiger Shark", "Salt water, Australia"},
		{"FI-FW-01", "FISH", "Koi", "Fresh water, Japan"},
		{"FI-FW-02", "FISH", "Goldfish", "Fresh water, China"},
		{"K9-BD-01", "DOGS", "Bulldog", "A friend from England"},
		{"K9-PO-02", "DOGS", "Poodle", "A charmer from France"},
		{"K9-DL-01", "DOGS", "Dalmation", "At home in a fire station"},
		{"K9-RT-01", "DOGS", "Golden Retriever", "Made for families"},
		{"K9-RT-02", "DOGS", "Labrador Retriever", "Made for the hunt"},
		{"K9-CW-01", "DOGS", "Chihuahua", "Small and loyal"},
		{"RP-SN-01", "REPTILES", "Rattlesnake", "Guards the house as well"},
		{"RP-LI-02", "REPTILES", "Iguana", "Green and gentle"},
		{"FL-DSH-01", "CATS", "Manx", "Keeps mice away"},
		{"FL-DLH-02", "CATS", "Persian", "Stays indoors and rules there"},
		{"AV-CB-01", "BIRDS", "Amazon Parrot", "Company for 75 years"},
		{"AV-SB-02", "BIRDS", "Finch", "Calms its owner"},
	}
}

func seedItems() []item {
	return []item{
		{"EST-1", "FI-SW-01", "Large", 1650},
		{"EST-2", "FI-SW-01", "Small", 1650},
		{"EST-3", "FI-SW-02", "Toothless", 1850},
		{"EST-4", "FI-FW-01", "Spotted", 1850},
		{"EST-5", "FI-FW-01", "Spotless", 1850},
		{"EST-6", "K9-BD-01", "Male Adult", 1850},
		{"EST-7", "K9-BD-01", "Female Puppy", 1850},
		{"EST-8", "K9-PO-02", "Male Puppy", 1850},
		{"EST-9", "K9-DL-01", "Spotless Male Puppy", 1850},
		{"EST-10", "K9-DL-01", "Spotted Adult Female", 1850},
		{"EST-11", "RP-SN-01", "Venomless", 1850},
		{"EST-12", "RP-SN-01", "Rattleless", 1850},
		{"EST-13", "RP-LI-02", "Green Adult", 1850},
		{"EST-14", "FL-DSH-01", "Tailless", 5850},
		{"EST-15", "FL-DSH-01", "With tail", 2350},
		{"EST-16", "FL-DLH-02", "Adult Female", 9350},
		{"EST-17", "FL-DLH-02", "Adult Male", 9350},
		{"EST-18", "AV-CB-01", "Adult Male", 19350},
		{"EST-19", "AV-SB-02", "Adult Male", 1550},
		{"EST-20", "FI-FW-02", "Adult Male", 550},
		{"EST-21", "FI-FW-02", "Adult Female", 529},
		{"EST-22", "K9-RT-02", "Adult Male", 13550},
		{"EST-23", "K9-RT-02", "Adult Female", 14549},
		{"EST-24", "K9-RT-02", "Adult Male", 25550},
		{"EST-25", "K9-RT-02", "Adult Female", 32529},
		{"EST-26", "K9-CW-01", "Adult Male", 12550},
		{"EST-27", "K9-CW-01", "Adult Female", 15529},
		{"EST-28", "K9-RT-01", "Adult Female", 15529},
	}
}
