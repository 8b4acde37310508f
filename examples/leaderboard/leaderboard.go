// Package leaderboard keeps the best scores of a game in one record: a list of entries, the best first, that never
// grows beyond the size that the caller wants.
package leaderboard

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/GeertJohan/aerospike-mod-go/udf"
)

func init() {
	udf.Register("submit", Submit)
	udf.Register("top", Top)
	udf.Register("around", Around)
}

// An Entry is a player's best score, and when it was reached (seconds since 1970).
type Entry struct {
	Player string `udf:"player"`
	Score  int64  `udf:"score"`
	At     int64  `udf:"at"`
}

// compare orders entries: the higher score first, then the earlier one, then by name.
func compare(a, b Entry) int {
	return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.At, b.At), cmp.Compare(a.Player, b.Player))
}

// Submit enters a player's score, unless the player has a better one, and cuts the board to size entries. It returns
// the player's rank, counted from 1, or 0 if the score is not among the best.
func Submit(rec *udf.Record, player string, score, now int64, size int) (int, error) {
	if size < 1 {
		return 0, fmt.Errorf("a board of %d entries is too small", size)
	}
	entries, err := udf.Get[[]Entry](rec, "entries")
	if err != nil {
		return 0, err
	}
	mine := Entry{player, score, now}
	if i := index(entries, player); i >= 0 {
		if entries[i].Score >= score {
			mine = entries[i]
		}
		entries = slices.Delete(entries, i, i+1)
	}
	place, _ := slices.BinarySearchFunc(entries, mine, compare)
	entries = slices.Insert(entries, place, mine)
	entries = entries[:min(size, len(entries))]
	rec.Set("entries", entries)
	if place == size {
		return 0, store(rec)
	}
	return place + 1, store(rec)
}

// Top returns the best n entries.
func Top(rec *udf.Record, n int) ([]Entry, error) {
	entries, err := udf.Get[[]Entry](rec, "entries")
	if err != nil {
		return nil, err
	}
	return append([]Entry{}, entries[:min(max(n, 0), len(entries))]...), nil // an empty list, not nil
}

// A Place is an entry with its rank.
type Place struct {
	Rank int `udf:"rank"`
	Entry
}

// Around returns the player's entry with up to n before and n after it. It fails if the player is not on the board.
func Around(rec *udf.Record, player string, n int) ([]Place, error) {
	entries, err := udf.Get[[]Entry](rec, "entries")
	if err != nil {
		return nil, err
	}
	mine := index(entries, player)
	if mine < 0 {
		return nil, fmt.Errorf("player %s is not on the board", player)
	}
	var places []Place
	for i := max(0, mine-n); i <= min(mine+n, len(entries)-1); i++ {
		places = append(places, Place{i + 1, entries[i]})
	}
	return places, nil
}

// index returns the index of the player's entry, -1 if there is none.
func index(entries []Entry, player string) int {
	return slices.IndexFunc(entries, func(e Entry) bool { return e.Player == player })
}

// store writes the record, whether it exists already or not.
func store(rec *udf.Record) error {
	if rec.Exists() {
		return rec.Update()
	}
	return rec.Create()
}
