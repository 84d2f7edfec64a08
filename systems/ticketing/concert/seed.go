package concert

import "time"

// SeedDrafts are the concerts of a demonstration: three, each at two dates in the coming weeks, at seven
// in the evening in Seoul, with fifty seats of three prices. They can be reserved at once.
func SeedDrafts(now time.Time) []Draft {
	evening := func(days int) time.Time {
		return now.UTC().Truncate(24*time.Hour).AddDate(0, 0, days).Add(10 * time.Hour)
	}
	dates := func(days int) []ScheduleDraft {
		return []ScheduleDraft{
			{ConcertAt: evening(days), Prices: seedPrices()},
			{ConcertAt: evening(days + 1), Prices: seedPrices()},
		}
	}
	return []Draft{
		{
			Title: "한강의 밤: 별빛 재즈 (Night at the Han: Starlight Jazz)", Schedules: dates(14),
			Description: "강바람과 함께하는 재즈 트리오의 야외 공연.\nA jazz trio in the open, by the river.",
		},
		{
			Title: "겨울 나그네 (Winterreise)", Schedules: dates(21),
			Description: "슈베르트의 연가곡 전곡을 바리톤과 피아노로.\nSchubert's whole song cycle, for baritone and piano.",
		},
		{
			Title: "인디 페스트: 서울의 새 목소리 (Indie Fest: New Voices of Seoul)", Schedules: dates(28),
			Description: "이틀 동안 여덟 팀이 들려주는 새 노래.\nEight bands and their new songs, on two days.",
		},
	}
}

// seedPrices are 10 seats in front, 20 in the middle and 20 behind.
func seedPrices() []int64 {
	prices := make([]int64, DefaultSeats)
	for i := range prices {
		switch {
		case i < 10:
			prices[i] = 150_000
		case i < 30:
			prices[i] = 110_000
		default:
			prices[i] = 77_000
		}
	}
	return prices
}
