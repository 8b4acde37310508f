// Package fraud checks payments of a card against its payments of the last day: how many, how much, and from where.
package fraud

import (
	"fmt"
	"time"

	"github.com/GeertJohan/aerospike-mod-go/udf"
)

func init() {
	udf.Register("check", Check)
	udf.Register("recent", Recent)
}

// The window, and what is suspicious in it. Times are in seconds, money is in cents.
const (
	day          = 24 * 3600
	paymentsMax  = 200 // in the record
	minute       = 60
	countMax     = 4      // payments in a minute
	amountMax    = 200000 // in a day
	travelTime   = 3600   // between two countries
	smallAmount  = 100    // of a payment that tries whether a card works
	triesMax     = 2      // such payments in a day
	reviewPoints = 40
	denyPoints   = 80
)

// A Payment is one that was not denied.
type Payment struct {
	At      int64  `udf:"at"`
	Cents   int64  `udf:"cents"`
	Country string `udf:"country"`
}

// A Verdict is approve, review or deny, with the points and reasons that led to it.
type Verdict struct {
	Verdict string   `udf:"verdict"`
	Points  int64    `udf:"points"`
	Reasons []string `udf:"reasons"`
}

// Check judges a payment at the time now (seconds since 1970), and stores it unless it is denied.
func Check(rec *udf.Record, now, cents int64, country string) (Verdict, error) {
	if cents < 1 {
		return Verdict{}, fmt.Errorf("a payment of %d cents", cents)
	}
	payments, err := window(rec, now)
	if err != nil {
		return Verdict{}, err
	}
	verdict := judge(payments, Payment{now, cents, country})
	if verdict.Verdict == "deny" {
		udf.Log(udf.Warning, "payment denied", "points", verdict.Points, "cents", cents)
		return verdict, nil
	}
	payments = append(payments, Payment{now, cents, country})
	rec.Set("payments", payments[max(0, len(payments)-paymentsMax):])
	rec.SetTTL(day * time.Second) // after a day without payments nothing is left to compare with
	if rec.Exists() {
		return verdict, rec.Update()
	}
	return verdict, rec.Create()
}

// judge compares a payment with those before it, the oldest first.
func judge(before []Payment, p Payment) Verdict {
	v := Verdict{Verdict: "approve", Reasons: []string{}}
	suspect := func(points int64, reason string) {
		v.Points += points
		v.Reasons = append(v.Reasons, reason)
	}
	var count, amount, tries int64
	for _, b := range before {
		if b.At > p.At-minute {
			count++
		}
		if b.Cents <= smallAmount {
			tries++
		}
		amount += b.Cents
	}
	if count >= countMax {
		suspect(50, "many payments in a minute")
	}
	if amount+p.Cents > amountMax {
		suspect(40, "a large sum in a day")
	}
	if tries >= triesMax && p.Cents > 100*smallAmount {
		suspect(40, "a large payment after small ones")
	}
	if n := len(before); n > 0 && before[n-1].Country != p.Country && p.At-before[n-1].At < travelTime {
		suspect(40, "from "+before[n-1].Country+" to "+p.Country+" in an hour")
	}
	switch {
	case v.Points >= denyPoints:
		v.Verdict = "deny"
	case v.Points >= reviewPoints:
		v.Verdict = "review"
	}
	return v
}

// Recent returns the payments of the day before now.
func Recent(rec *udf.Record, now int64) ([]Payment, error) { return window(rec, now) }

// window returns the payments of the day before now, the oldest first.
func window(rec *udf.Record, now int64) ([]Payment, error) {
	payments, err := udf.Get[[]Payment](rec, "payments")
	if err != nil {
		return nil, err
	}
	recent := []Payment{}
	for _, p := range payments {
		if p.At > now-day {
			recent = append(recent, p)
		}
	}
	return recent, nil
}
