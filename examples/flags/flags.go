// Package flags decides which variant of a feature a user gets, by a hash of the user: the same user always gets the
// same variant, and nothing is stored for users.
package flags

import (
	"errors"
	"fmt"
	"hash/fnv"

	"github.com/GeertJohan/aerospike-mod-go/udf"
)

func init() {
	udf.Register("define", Define)
	udf.Register("variant", GetVariant)
	udf.Register("force", Force)
}

// forcedMax bounds the record's size.
const forcedMax = 200

// A Variant gets a share of the users, its weight of the sum of all weights.
type Variant struct {
	Name   string `udf:"name"`
	Weight int64  `udf:"weight"`
}

// Define sets the percentage of users that get a variant at all, and the variants. The users of a smaller percentage
// stay with it when it grows. The salt makes flags independent of each other: changing it shuffles the users.
func Define(rec *udf.Record, salt string, percent int64, variants []Variant) error {
	if percent < 0 || percent > 100 {
		return fmt.Errorf("%d is not a percentage", percent)
	}
	if _, err := sum(variants); err != nil {
		return err
	}
	rec.Set("salt", salt)
	rec.Set("percent", percent)
	rec.Set("variants", variants)
	if rec.Exists() {
		return rec.Update()
	}
	return rec.Create()
}

// GetVariant returns the user's variant, nil if the flag is off for the user.
func GetVariant(rec *udf.Record, user string) (*string, error) {
	forced, err := udf.Get[map[string]string](rec, "forced")
	if err != nil {
		return nil, err
	}
	if name, ok := forced[user]; ok {
		return &name, nil
	}
	salt, _ := rec.String("salt")
	percent, _ := rec.Int("percent")
	if bucket(salt+":percent:"+user, 100) >= percent {
		return nil, nil
	}
	variants, err := udf.Get[[]Variant](rec, "variants")
	if err != nil {
		return nil, err
	}
	weights, err := sum(variants)
	if err != nil {
		return nil, err
	}
	rest := bucket(salt+":variant:"+user, weights)
	for _, variant := range variants {
		if rest -= variant.Weight; rest < 0 {
			return &variant.Name, nil
		}
	}
	return nil, nil // not reached: rest is below the sum of weights
}

// Force gives a user a variant whatever the percentage; nil ends that. It returns how many users are forced.
func Force(rec *udf.Record, user string, variant *string) (int, error) {
	if !rec.Exists() {
		return 0, errors.New("the flag is not defined")
	}
	forced, err := udf.Get[map[string]string](rec, "forced")
	if err != nil {
		return 0, err
	}
	if forced == nil {
		forced = map[string]string{}
	}
	if variant == nil {
		delete(forced, user)
	} else {
		forced[user] = *variant
	}
	if len(forced) > forcedMax {
		return 0, fmt.Errorf("at most %d users can be forced", forcedMax)
	}
	rec.Set("forced", forced)
	return len(forced), rec.Update()
}

// sum returns the sum of the weights.
func sum(variants []Variant) (int64, error) {
	var weights int64
	for _, variant := range variants {
		if variant.Weight < 0 || variant.Weight > 1_000_000 {
			return 0, fmt.Errorf("the weight of %s must be from 0 to 1000000", variant.Name)
		}
		weights += variant.Weight
	}
	if weights == 0 {
		return 0, errors.New("no variant has a weight")
	}
	return weights, nil
}

// bucket returns a number from 0 to n-1 that depends on the text alone.
func bucket(text string, n int64) int64 {
	fnv1a := fnv.New32a()
	fnv1a.Write([]byte(text))
	h := fnv1a.Sum32()
	// Mixed as MurmurHash3 does: the lowest bit of FNV-1a depends on the lowest bits of the text alone, and all users
	// of a small percentage would get the same one of two variants.
	h = (h ^ h>>16) * 0x85ebca6b
	h = (h ^ h>>13) * 0xc2b2ae35
	return int64(h^h>>16) % n
}
