package store

import (
	"fmt"
	"maps"
	"ml3/mllib/paper"
	"reflect"
	"runtime"
	"slices"
	"strconv"
	"strings"
)

// Settings writes the settings of a run in full, one a line, as
//
//	paper.Sine
//	Versions[0].Optimizee.Sizes = [1 40 40 1]
//	Versions[0].Optimizee.Hidden = ad.ReLU
//	Versions[0].Train.Clip = +Inf
//
// in the order of the fields. Numbers have the fewest digits that read back as the
// same; text is quoted; a function is its name, and so is a value that has one (a
// String method). Two runs with the same lines give the same output. A closure
// has no name, so that a setting must not be one: it panics, and so does a channel.
func Settings(run paper.Run) []string {
	v := reflect.ValueOf(run)
	s := settings{v.Type().String()}
	s.add("", v)
	return s
}

// settings are the lines so far.
type settings []string

func (s *settings) add(path string, v reflect.Value) {
	if text, ok := scalar(path, v); ok {
		*s = append(*s, strings.TrimPrefix(path, ".")+" = "+text)
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		s.add(path, v.Elem())
	case reflect.Interface:
		*s = append(*s, strings.TrimPrefix(path, ".")+" = "+v.Elem().Type().String())
		s.add(path, v.Elem())
	case reflect.Struct:
		for i := range v.NumField() {
			s.add(path+"."+v.Type().Field(i).Name, v.Field(i))
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			s.add(fmt.Sprintf("%s[%d]", path, i), v.Index(i))
		}
	case reflect.Map:
		keys := map[string]reflect.Value{}
		for _, k := range v.MapKeys() {
			text, ok := scalar(path, k)
			if !ok {
				panic(fmt.Sprintf("store: setting %s has keys of type %v", path, k.Type()))
			}
			keys[text] = v.MapIndex(k)
		}
		for _, k := range slices.Sorted(maps.Keys(keys)) {
			s.add(path+"["+k+"]", keys[k])
		}
	default:
		panic(fmt.Sprintf("store: setting %s is of type %v", path, v.Type()))
	}
}

// scalar is the text of what takes a single line: numbers, text, names, lists of
// them, and what is empty.
func scalar(path string, v reflect.Value) (string, bool) {
	if v.CanInterface() {
		if named, ok := v.Interface().(fmt.Stringer); ok && !isNil(v) {
			return named.String(), true
		}
	}
	switch v.Kind() {
	case reflect.Bool:
		return strconv.FormatBool(v.Bool()), true
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return strconv.FormatInt(v.Int(), 10), true
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return strconv.FormatUint(v.Uint(), 10), true
	case reflect.Float32, reflect.Float64:
		return strconv.FormatFloat(v.Float(), 'g', -1, v.Type().Bits()), true
	case reflect.String:
		return strconv.Quote(v.String()), true
	case reflect.Func:
		return functionName(path, v), true
	case reflect.Pointer, reflect.Interface:
		return "nil", v.IsNil()
	case reflect.Slice, reflect.Array:
		return list(path, v)
	case reflect.Map:
		return "[]", v.Len() == 0
	case reflect.Struct:
		return "{}", v.NumField() == 0
	}
	return "", false
}

// list is the text of a list of scalars.
func list(path string, v reflect.Value) (string, bool) {
	texts := make([]string, v.Len())
	for i := range texts {
		var ok bool
		if texts[i], ok = scalar(path, v.Index(i)); !ok {
			return "", false
		}
	}
	return "[" + strings.Join(texts, " ") + "]", true
}

func isNil(v reflect.Value) bool {
	return (v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface) && v.IsNil()
}

// functionName is the name of a function with its package, such as "ad.ReLU".
func functionName(path string, v reflect.Value) string {
	if v.IsNil() {
		return "nil"
	}
	name := runtime.FuncForPC(v.Pointer()).Name()
	name = name[strings.LastIndexByte(name, '/')+1:]
	for part := range strings.SplitSeq(name, ".") {
		if number, ok := strings.CutPrefix(part, "func"); ok && strings.Trim(number, "0123456789") == "" {
			panic(fmt.Sprintf("store: setting %s is a function without a name (%s)", path, name))
		}
	}
	return strings.TrimSuffix(name, "-fm") // of a method value
}
