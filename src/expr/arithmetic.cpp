// + - * / % and unary minus.
#include "expr/operators.h"

namespace lockstep::expr {
namespace {

using Kind = Value::Kind;

constexpr __int128 nanos_per_second = 1'000'000'000;
constexpr std::int64_t first_second = -62'135'596'800;  // 0001-01-01T00:00:00Z
constexpr std::int64_t last_second = 253'402'300'799;   // 9999-12-31T23:59:59Z
/// No duration is longer than the time between the first and the last timestamp.
constexpr std::int64_t duration_seconds_max = last_second - first_second - 1;

template <class T>
__int128 in_nanos(const T& time) {
    return time.seconds * nanos_per_second + time.nanos;
}

Unexpected overflow(Operator op) { return failed("the result of " + std::string(symbol(op)) + " does not fit a 64-bit integer"); }
Unexpected by_zero() { return failed("division by zero"); }

Unexpected no_operator(Operator op, const Value& left, const Value& right) {
    return failed("no such overload: " + std::string(name_of_type(left)) + " " + std::string(symbol(op)) + " " +
                  std::string(name_of_type(right)));
}

template <class T>
Result<T> whole(Operator op, T left, T right) {
    T result = 0;
    switch (op) {
        case Operator::add:
            return __builtin_add_overflow(left, right, &result) ? Result<T>(overflow(op)) : result;
        case Operator::subtract:
            return __builtin_sub_overflow(left, right, &result) ? Result<T>(overflow(op)) : result;
        case Operator::multiply:
            return __builtin_mul_overflow(left, right, &result) ? Result<T>(overflow(op)) : result;
        default:
            break;
    }
    if (right == 0) return by_zero();
    if (std::is_signed_v<T> && right == static_cast<T>(-1)) {
        if (op == Operator::remainder) return T{0};
        return __builtin_sub_overflow(T{0}, left, &result) ? Result<T>(overflow(op)) : result;
    }
    return static_cast<T>(op == Operator::divide ? left / right : left % right);
}

Result<Value> decimals(Operator op, const Value& left, const Value& right) {
    const Decimal a = left.to_decimal();
    const Decimal b = right.to_decimal();
    switch (op) {
        case Operator::add:
            return a.plus(b).transform([](Decimal d) { return Value(d); });
        case Operator::subtract:
            return a.minus(b).transform([](Decimal d) { return Value(d); });
        case Operator::multiply:
            return a.times(b).transform([](Decimal d) { return Value(d); });
        case Operator::divide:
            if (b.is_zero()) return by_zero();
            return a.divided_by(b).transform([](Decimal d) { return Value(d); });
        default:
            return no_operator(op, left, right);
    }
}

Result<Value> concatenate_text(Evaluation& evaluation, const std::string& left, const std::string& right) {
    LS_TRY(evaluation.charge_bytes(left.size() + right.size()));
    return Value(left + right);
}

Result<Value> concatenate_lists(Evaluation& evaluation, const List& left, const List& right) {
    LS_TRY(evaluation.charge(left.size() + right.size()));
    List joined;
    joined.reserve(left.size() + right.size());
    joined.insert(joined.end(), left.begin(), left.end());
    joined.insert(joined.end(), right.begin(), right.end());
    return Value(std::move(joined));
}

Result<Value> add_times(const Value& left, const Value& right) {
    if (left.kind() == Kind::timestamp && right.kind() == Kind::duration) {
        return checked_timestamp(in_nanos(left.as_timestamp()) + in_nanos(right.as_duration()));
    }
    if (left.kind() == Kind::duration && right.kind() == Kind::timestamp) return add_times(right, left);
    if (left.kind() == Kind::duration && right.kind() == Kind::duration) {
        return checked_duration(in_nanos(left.as_duration()) + in_nanos(right.as_duration()));
    }
    return no_operator(Operator::add, left, right);
}

Result<Value> subtract_times(const Value& left, const Value& right) {
    if (left.kind() == Kind::timestamp && right.kind() == Kind::duration) {
        return checked_timestamp(in_nanos(left.as_timestamp()) - in_nanos(right.as_duration()));
    }
    if (left.kind() == Kind::timestamp && right.kind() == Kind::timestamp) {
        return checked_duration(in_nanos(left.as_timestamp()) - in_nanos(right.as_timestamp()));
    }
    if (left.kind() == Kind::duration && right.kind() == Kind::duration) {
        return checked_duration(in_nanos(left.as_duration()) - in_nanos(right.as_duration()));
    }
    return no_operator(Operator::subtract, left, right);
}

Result<Value> numbers(Operator op, const Value& left, const Value& right) {
    if (left.kind() == Kind::integer && right.kind() == Kind::integer) {
        return whole<std::int64_t>(op, left.as_int(), right.as_int()).transform([](std::int64_t i) { return Value(i); });
    }
    if (left.kind() == Kind::unsigned_integer && right.kind() == Kind::unsigned_integer) {
        return whole<std::uint64_t>(op, left.as_uint(), right.as_uint()).transform([](std::uint64_t u) {
            return Value(Value::Unsigned{u});
        });
    }
    if (left.kind() == Kind::decimal || right.kind() == Kind::decimal) return decimals(op, left, right);
    return no_operator(op, left, right);
}

}  // namespace

std::string_view symbol(Operator op) {
    constexpr std::string_view symbols[] = {"+", "-", "*", "/", "%", "==", "!=", "<", "<=", ">", ">=", "in", "-", "!"};
    return symbols[static_cast<std::size_t>(op)];
}

Result<Value> checked_timestamp(__int128 nanoseconds) {
    __int128 seconds = nanoseconds / nanos_per_second;
    __int128 nanos = nanoseconds % nanos_per_second;
    if (nanos < 0) {
        nanos += nanos_per_second;
        --seconds;
    }
    if (seconds < first_second || seconds > last_second) return failed("the timestamp is outside the years 1 to 9999");
    return Value(Timestamp{static_cast<std::int64_t>(seconds), static_cast<std::int32_t>(nanos)});
}

Result<Value> checked_duration(__int128 nanoseconds) {
    const __int128 seconds = nanoseconds / nanos_per_second;
    if (seconds < -duration_seconds_max || seconds > duration_seconds_max) {
        return failed("the duration is longer than the years 1 to 9999");
    }
    return Value(Duration{static_cast<std::int64_t>(seconds), static_cast<std::int32_t>(nanoseconds % nanos_per_second)});
}

Result<Value> arithmetic(Evaluation& evaluation, Operator op, const Value& left, const Value& right) {
    if (left.is_number() && right.is_number()) return numbers(op, left, right);
    if (op == Operator::subtract) return subtract_times(left, right);
    if (op != Operator::add) return no_operator(op, left, right);
    if (left.is_string() && right.is_string()) return concatenate_text(evaluation, left.as_string(), right.as_string());
    if (left.is_list() && right.is_list()) return concatenate_lists(evaluation, left.as_list(), right.as_list());
    if (left.kind() == Kind::bytes && right.kind() == Kind::bytes) {
        LS_TRY(evaluation.charge_bytes(left.as_bytes().size() + right.as_bytes().size()));
        return Value(Value::Bytes{left.as_bytes() + right.as_bytes()});
    }
    return add_times(left, right);
}

Result<Value> negate(const Value& value) {
    if (value.kind() == Kind::decimal) return Value(value.as_decimal().negated());
    if (value.kind() != Kind::integer) return failed("no such overload: -" + std::string(name_of_type(value)));
    std::int64_t result = 0;
    if (__builtin_sub_overflow(std::int64_t{0}, value.as_int(), &result)) return overflow(Operator::negate);
    return Value(result);
}

}  // namespace lockstep::expr
