package load

import "context"

func readLog(ctx context.Context, c Case, ids []string) (Found, error) {
	return readTables(ctx, c.Address, ids, logCounts, logRecords)
}

func preloadLog(ctx context.Context, c Case, n int) error {
	return preloadTable(ctx, c.Address, n, logTable, logPreload, `vacuum analyze log`)
}
