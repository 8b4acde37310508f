package main

import (
	"go/token"

	"golang.org/x/tools/go/ssa"
)

// targets finds the functions that values are.
type targets struct {
	stores   map[ssa.Value][]ssa.Value          // what is stored in a variable
	foreign  map[ssa.Value]bool                 // package variables that another package assigns
	lost     map[ssa.Value]bool                 // variables whose address escapes
	closures map[*ssa.Function]*ssa.MakeClosure // where a closure is created
}

func newTargets(functions map[*ssa.Function]bool) *targets {
	t := &targets{
		map[ssa.Value][]ssa.Value{}, map[ssa.Value]bool{}, map[ssa.Value]bool{}, map[*ssa.Function]*ssa.MakeClosure{},
	}
	each(functions, func(instruction ssa.Instruction) {
		if closure, ok := instruction.(*ssa.MakeClosure); ok {
			t.closures[closure.Fn.(*ssa.Function)] = closure
		}
	})
	each(functions, func(instruction ssa.Instruction) {
		var operands []*ssa.Value
		for _, operand := range instruction.Operands(operands) {
			place := t.variable(*operand)
			if place == nil {
				continue
			}
			switch instruction := instruction.(type) {
			case *ssa.Store:
				if t.variable(instruction.Addr) == place && *operand == instruction.Addr {
					t.stores[place] = append(t.stores[place], instruction.Val)
					if global, ok := place.(*ssa.Global); ok && instruction.Parent().Pkg != global.Pkg {
						t.foreign[place] = true
					}
				} else {
					t.lost[place] = true
				}
			case *ssa.UnOp, *ssa.MakeClosure, *ssa.DebugRef:
			default:
				t.lost[place] = true
			}
		}
	})
	return t
}

func each(functions map[*ssa.Function]bool, visit func(ssa.Instruction)) {
	for function := range functions {
		for _, block := range function.Blocks {
			for _, instruction := range block.Instrs {
				visit(instruction)
			}
		}
	}
}

// variable returns the variable whose address a value is, or nil.
func (t *targets) variable(address ssa.Value) ssa.Value {
	for {
		switch value := address.(type) {
		case *ssa.Alloc, *ssa.Global:
			return value
		case *ssa.FreeVar:
			closure := t.closures[value.Parent()]
			if closure == nil {
				return nil
			}
			index := 0
			for i, free := range value.Parent().FreeVars {
				if free == value {
					index = i
				}
			}
			address = closure.Bindings[index]
		default:
			return nil
		}
	}
}

// of returns the function that a value is, or nil if it may be several. `now` means during the initialisation of the
// package, when no other package can have changed its exported variables.
func (t *targets) of(value ssa.Value, now bool) *ssa.Function {
	for range 30 {
		switch known := value.(type) {
		case *ssa.Function:
			return known
		case *ssa.MakeClosure:
			return known.Fn.(*ssa.Function)
		case *ssa.ChangeType:
			value = known.X
		case *ssa.MakeInterface:
			value = known.X
		case *ssa.UnOp:
			place := t.variable(known.X)
			if known.Op != token.MUL || place == nil || t.lost[place] || len(t.stores[place]) != 1 {
				return nil
			}
			if global, ok := place.(*ssa.Global); ok && token.IsExported(global.Name()) && (!now || t.foreign[place]) {
				return nil
			}
			value, now = t.stores[place][0], false
		default:
			return nil
		}
	}
	return nil
}

// registered returns the functions that a package passes to Register.
func (t *targets) registered(one *ssa.Package, functions map[*ssa.Function]bool) []*ssa.Function {
	own := map[*ssa.Function]bool{}
	for function := range functions {
		if origin := function.Origin(); function.Pkg == one || origin != nil && origin.Pkg == one {
			own[function] = true
		}
	}
	var found []*ssa.Function
	each(own, func(instruction ssa.Instruction) {
		call, ok := instruction.(ssa.CallInstruction)
		if ok && isSDK(call.Common().StaticCallee(), "Register") {
			if function := t.of(call.Common().Args[1], true); function != nil {
				found = append(found, function)
			}
		}
	})
	return found
}

// callees returns the functions that a function calls, those that it passes to streams, and its closures.
func (t *targets) callees(function *ssa.Function) []*ssa.Function {
	found := append([]*ssa.Function{}, function.AnonFuncs...)
	each(map[*ssa.Function]bool{function: true}, func(instruction ssa.Instruction) {
		call, ok := instruction.(ssa.CallInstruction)
		if !ok || call.Common().IsInvoke() {
			return
		}
		callee := t.of(call.Common().Value, false)
		if callee == nil {
			return
		}
		found = append(found, callee)
		if isSDK(callee, "Filter", "Map", "Aggregate", "Reduce") {
			for _, argument := range call.Common().Args {
				if given := t.of(argument, false); given != nil {
					found = append(found, given)
				}
			}
		}
	})
	return found
}

func isSDK(function *ssa.Function, names ...string) bool {
	if function == nil {
		return false
	}
	if origin := function.Origin(); origin != nil {
		function = origin
	}
	if function.Pkg == nil || function.Pkg.Pkg.Path() != sdkPath || function.Signature.Recv() != nil {
		return false
	}
	for _, name := range names {
		if function.Name() == name {
			return true
		}
	}
	return false
}
