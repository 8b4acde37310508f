// Package inventory reserves items of a product for orders: a reservation holds items for some time, until it is
// bought, released, or too old. What is sold can never exceed what is in stock.
package inventory

import (
	"fmt"

	"github.com/GeertJohan/aerospike-mod-go/udf"
)

func init() {
	udf.Register("restock", Restock)
	udf.Register("reserve", Reserve)
	udf.Register("buy", Buy)
	udf.Register("release", Release)
}

// reservationsMax bounds the record's size.
const reservationsMax = 1000

// A Reservation holds items for an order until a time (seconds since 1970).
type Reservation struct {
	Items int64 `udf:"items"`
	Until int64 `udf:"until"`
}

// Stock is the result of every function.
type Stock struct {
	InStock   int64 `udf:"in_stock"`
	Available int64 `udf:"available"` // in stock and not reserved
}

// Restock adds items to the stock of a product, which may be new.
func Restock(rec *udf.Record, items, now int64) (Stock, error) {
	if items < 1 {
		return Stock{}, fmt.Errorf("cannot restock %d items", items)
	}
	p, err := read(rec, now)
	if err != nil {
		return Stock{}, err
	}
	p.inStock += items
	return p.store()
}

// Reserve holds items for an order for some seconds. An order has one reservation: another one replaces it.
func Reserve(rec *udf.Record, order string, items, now, seconds int64) (Stock, error) {
	if items < 1 || seconds < 1 {
		return Stock{}, fmt.Errorf("cannot reserve %d items for %d s", items, seconds)
	}
	p, err := read(rec, now)
	if err != nil {
		return Stock{}, err
	}
	delete(p.reserved, order)
	if free := p.available(); items > free {
		return Stock{}, fmt.Errorf("%d items are available, %d are requested", free, items)
	}
	if len(p.reserved) == reservationsMax {
		return Stock{}, fmt.Errorf("there are %d reservations already", reservationsMax)
	}
	p.reserved[order] = Reservation{items, now + seconds}
	return p.store()
}

// Buy takes the items of an order's reservation out of the stock. It fails if the reservation is too old.
func Buy(rec *udf.Record, order string, now int64) (Stock, error) {
	p, err := read(rec, now)
	if err != nil {
		return Stock{}, err
	}
	reservation, ok := p.reserved[order]
	if !ok {
		return Stock{}, fmt.Errorf("order %s has no reservation", order)
	}
	delete(p.reserved, order)
	p.inStock -= reservation.Items
	return p.store()
}

// Release gives back what an order has reserved, if anything.
func Release(rec *udf.Record, order string, now int64) (Stock, error) {
	p, err := read(rec, now)
	if err != nil {
		return Stock{}, err
	}
	delete(p.reserved, order)
	return p.store()
}

// A product is the record of one, without reservations that are too old.
type product struct {
	rec      *udf.Record
	inStock  int64
	reserved map[string]Reservation // by order
}

func read(rec *udf.Record, now int64) (*product, error) {
	reserved, err := udf.Get[map[string]Reservation](rec, "reserved")
	if err != nil {
		return nil, err
	}
	inStock, _ := rec.Int("in_stock")
	p := &product{rec, inStock, make(map[string]Reservation, len(reserved)+1)}
	for order, reservation := range reserved {
		if reservation.Until > now {
			p.reserved[order] = reservation
		}
	}
	return p, nil
}

func (p *product) available() int64 {
	free := p.inStock
	for _, reservation := range p.reserved {
		free -= reservation.Items
	}
	return free
}

func (p *product) store() (Stock, error) {
	p.rec.Set("in_stock", p.inStock)
	p.rec.Set("reserved", p.reserved)
	stock := Stock{p.inStock, p.available()}
	if p.rec.Exists() {
		return stock, p.rec.Update()
	}
	return stock, p.rec.Create()
}
