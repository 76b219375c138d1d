package pickle

import (
	"fmt"
	"math"
)

// The opcodes, by the names of Python's pickletools.
const (
	opMark, opStop, opPop, opPopMark, opDup                   = '(', '.', '0', '1', '2'
	opFloat, opBinFloat                                       = 'F', 'G'
	opInt, opBinInt, opBinInt1, opBinInt2                     = 'I', 'J', 'K', 'M'
	opLong, opLong1, opLong4                                  = 'L', 0x8a, 0x8b
	opNone, opNewTrue, opNewFalse                             = 'N', 0x88, 0x89
	opPersID, opBinPersID                                     = 'P', 'Q'
	opReduce, opBuild, opInst, opObj, opNewObj, opNewObjEx    = 'R', 'b', 'i', 'o', 0x81, 0x92
	opGlobal, opStackGlobal                                   = 'c', 0x93
	opExt1, opExt2, opExt4                                    = 0x82, 0x83, 0x84
	opString, opBinString, opShortBinString                   = 'S', 'T', 'U'
	opUnicode, opBinUnicode, opShortBinUnicode, opBinUnicode8 = 'V', 'X', 0x8c, 0x8d
	opBinBytes, opShortBinBytes, opBinBytes8, opByteArray8    = 'B', 'C', 0x8e, 0x96
	opList, opEmptyList, opAppend, opAppends                  = 'l', ']', 'a', 'e'
	opTuple, opEmptyTuple, opTuple1, opTuple2, opTuple3       = 't', ')', 0x85, 0x86, 0x87
	opDict, opEmptyDict, opSetItem, opSetItems                = 'd', '}', 's', 'u'
	opEmptySet, opAddItems, opFrozenSet                       = 0x8f, 0x90, 0x91
	opGet, opBinGet, opLongBinGet                             = 'g', 'h', 'j'
	opPut, opBinPut, opLongBinPut, opMemoize                  = 'p', 'q', 'r', 0x94
	opProto, opFrame                                          = 0x80, 0x95
	opNextBuffer, opReadOnlyBuffer                            = 0x97, 0x98
)

// newestProtocol is the newest one that Python has: 5, since 3.8.
const newestProtocol = 5

// do carries one opcode out.
func (m *machine) do(op byte) error {
	switch op {
	case opMark:
		m.marks = append(m.marks, len(m.stack))
		return nil
	case opPop:
		if len(m.marks) > 0 && len(m.stack) == m.floor() {
			m.marks = m.marks[:len(m.marks)-1]
			return nil
		}
		_, err := m.pop()
		return err
	case opPopMark:
		_, err := m.popMark()
		return err
	case opDup:
		v, err := m.top()
		if err != nil {
			return err
		}
		return m.push(v)
	case opProto:
		v, err := m.byte()
		if err == nil && v > newestProtocol {
			err = fmt.Errorf("the pickle has protocol %d; protocols 0 to %d can be read", v, newestProtocol)
		}
		return err
	case opFrame:
		n, err := m.number(8)
		if err == nil && n > uint64(len(m.data)-m.at) {
			err = ErrTruncated
		}
		return err
	case opGet, opBinGet, opLongBinGet, opPut, opBinPut, opLongBinPut, opMemoize:
		return m.remember(op)
	case opReduce, opBuild, opInst, opObj, opNewObj, opNewObjEx, opGlobal, opStackGlobal:
		return m.class(op)
	case opPersID, opBinPersID:
		return fmt.Errorf("the pickle refers to something outside of it (a persistent id)")
	case opExt1, opExt2, opExt4:
		return fmt.Errorf("the pickle names a class by a code that only the program that wrote it knows")
	case opNextBuffer, opReadOnlyBuffer:
		return fmt.Errorf("the pickle refers to buffers that are not part of it")
	}
	if known, err := m.scalar(op); known {
		return err
	}
	if known, err := m.container(op); known {
		return err
	}
	if m.at == 1 {
		return fmt.Errorf("this is not a pickle: it begins with the byte %q", op)
	}
	return fmt.Errorf("the pickle is damaged: %#x is no opcode", op)
}

// remember carries out the opcodes of the memo.
func (m *machine) remember(op byte) error {
	var index int64
	switch op {
	case opMemoize:
		index = int64(len(m.memo))
	case opGet, opPut:
		text, err := m.line()
		if err != nil {
			return err
		}
		if index, err = smallInt(text); err != nil {
			return err
		}
	default:
		size := 1
		if op == opLongBinGet || op == opLongBinPut {
			size = 4
		}
		n, err := m.number(size)
		if err != nil {
			return err
		}
		index = int64(n)
	}
	if op == opGet || op == opBinGet || op == opLongBinGet {
		return m.get(index)
	}
	return m.put(index)
}

// scalar carries out the opcodes that make a value without parts. It reports whether op is one.
func (m *machine) scalar(op byte) (bool, error) {
	var (
		v   any
		err error
	)
	switch op {
	case opNone:
	case opNewTrue:
		v = true
	case opNewFalse:
		v = false
	case opInt, opLong, opFloat, opString, opUnicode:
		var text string
		if text, err = m.line(); err == nil {
			v, err = textual(op, text)
		}
	case opBinInt:
		var n uint64
		n, err = m.number(4)
		v = int64(int32(n)) //nolint:gosec // four bytes with a sign
	case opBinInt1, opBinInt2:
		var n uint64
		n, err = m.number(map[byte]int{opBinInt1: 1, opBinInt2: 2}[op])
		v = int64(n) //nolint:gosec // at most two bytes
	case opBinFloat:
		var b []byte
		if b, err = m.take(8); err == nil {
			var bits uint64
			for _, c := range b {
				bits = bits<<8 | uint64(c)
			}
			v = math.Float64frombits(bits)
		}
	default:
		size, kind := countedForm(op)
		if size == 0 {
			return false, nil
		}
		var b []byte
		if b, err = m.counted(size); err == nil {
			v, err = kind(b)
		}
	}
	if err != nil {
		return true, err
	}
	return true, m.push(v)
}

// countedForm tells how many bytes an opcode's length has, and what the bytes after it are. A size of 0 is no such opcode.
func countedForm(op byte) (size int, kind func([]byte) (any, error)) {
	asBytes := func(b []byte) (any, error) { return Bytes(b), nil }
	asString := func(b []byte) (any, error) { return string(b), nil } // Python 2's str
	switch op {
	case opShortBinString:
		return 1, asString
	case opBinString:
		return 4, asString
	case opShortBinBytes:
		return 1, asBytes
	case opBinBytes:
		return 4, asBytes
	case opBinBytes8, opByteArray8:
		return 8, asBytes
	case opShortBinUnicode:
		return 1, unicode
	case opBinUnicode:
		return 4, unicode
	case opBinUnicode8:
		return 8, unicode
	case opLong1:
		return 1, longOf
	case opLong4:
		return 4, longOf
	}
	return 0, nil
}
