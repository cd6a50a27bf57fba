// The format in which conformance cases are judged from outside: one JSON line in, one out.
#include "expr/expr.h"
#include "expr/opaque.h"
#include "value/encoding.h"
#include "value/json.h"

namespace lockstep::expr {
namespace {

using Kind = Value::Kind;

Value typed(std::string_view type, Value value) { return Value(Map{{"type", Value(type)}, {"value", std::move(value)}}); }

// --- values as cases write them -----------------------------------------------------------------------------------

Result<Value> read(const Value& typed_value);

Result<Value> read_whole(const Value& value, bool is_unsigned) {
    LS_TRY_ASSIGN(const Decimal number, Decimal::parse(value.text()));
    if (is_unsigned) return Value(Value::Unsigned{static_cast<std::uint64_t>(number.normalized().coefficient())});
    return number.to_int64().transform([](std::int64_t i) { return Value(i); });
}

Result<Value> read_double(const Value& value) {
    return Decimal::parse(value.text()).transform([](Decimal d) { return Value(d); });
}

Result<Value> read_list(const Value& value) {
    if (!value.is_list()) return fail(ErrorCode::value_invalid, "a list is expected");
    List list;
    for (const Value& element : value.as_list()) {
        LS_TRY_ASSIGN(Value item, read(element));
        list.push_back(std::move(item));
    }
    return Value(std::move(list));
}

Result<Value> read_map(const Value& value) {
    if (!value.is_list()) return fail(ErrorCode::value_invalid, "a list of pairs is expected");
    MapBuilder builder;
    for (const Value& pair : value.as_list()) {
        if (!pair.is_list() || pair.as_list().size() != 2) return fail(ErrorCode::value_invalid, "a pair is expected");
        LS_TRY_ASSIGN(const Value key, read(pair.as_list()[0]));
        LS_TRY_ASSIGN(Value entry, read(pair.as_list()[1]));
        LS_TRY(builder.add(key, std::move(entry)));
    }
    return std::move(builder).build();
}

/// `{"seconds": …, "nanos": …}`, numbers or text.
template <class T>
Result<Value> read_time(const Value& value) {
    const std::string seconds = value["seconds"].text();
    const std::string nanos = value["nanos"].text();
    LS_TRY_ASSIGN(const Decimal whole, Decimal::parse(seconds.empty() ? "0" : seconds));
    LS_TRY_ASSIGN(const Decimal fraction, Decimal::parse(nanos.empty() ? "0" : nanos));
    LS_TRY_ASSIGN(const std::int64_t count, whole.to_int64());
    LS_TRY_ASSIGN(const std::int64_t rest, fraction.to_int64());
    return Value(T{count, static_cast<std::int32_t>(rest)});
}

Result<Value> read_bytes(const Value& value) {
    return encoding::from_base64(value.text()).transform([](std::string bytes) { return Value(Value::Bytes{std::move(bytes)}); });
}

Result<Value> read(const Value& typed_value) {
    const std::string type = typed_value["type"].text();
    const Value& value = typed_value["value"];
    if (type == "null") return Value();
    if (type == "bool" || type == "string") return value;
    if (type == "int") return read_whole(value, false);
    if (type == "uint") return read_whole(value, true);
    if (type == "double") return read_double(value);
    if (type == "bytes") return read_bytes(value);
    if (type == "list") return read_list(value);
    if (type == "map") return read_map(value);
    if (type == "timestamp") return read_time<Timestamp>(value);
    if (type == "duration") return read_time<Duration>(value);
    if (type == "type") return type_named(value.text());
    return fail(ErrorCode::value_invalid, "no such type of value: " + type);
}

// --- values as answers write them ---------------------------------------------------------------------------------

Value written(const Value& value);

template <class T>
Value written_time(const T& time) {
    return Value(Map{{"seconds", Value(time.seconds)}, {"nanos", Value(static_cast<std::int64_t>(time.nanos))}});
}

/// A double is told from a whole number by its point.
Value written_double(const Decimal& decimal) {
    if (decimal.scale() > 0) return Value(decimal);
    auto with_point = Decimal::from_parts(decimal.coefficient() * 10, 1);
    return Value(with_point ? *with_point : decimal);
}

Value written_list(const List& list) {
    List result;
    for (const Value& element : list) result.push_back(written(element));
    return typed("list", Value(std::move(result)));
}

Value written_map(const MapView& map) {
    List pairs;
    for (std::size_t i = 0; i < map.size(); ++i) pairs.emplace_back(List{written(map.key(i)), written(map.value(i))});
    return typed("map", Value(std::move(pairs)));
}

Value written_opaque(const Value& value) {
    if (const TypeValue* type = as_type(value)) return typed("type", Value(type->name()));
    const OptionalValue* optional = as_optional(value);
    return typed("optional", optional && optional->value() ? written(*optional->value()) : Value());
}

Value written(const Value& value) {
    if (const auto map = MapView::of(value)) return written_map(*map);
    switch (value.kind()) {
        case Kind::null:
            return typed("null", Value());
        case Kind::boolean:
            return typed("bool", value);
        case Kind::integer:
            return typed("int", Value(std::to_string(value.as_int())));
        case Kind::unsigned_integer:
            return typed("uint", Value(std::to_string(value.as_uint())));
        case Kind::decimal:
            return typed("double", written_double(value.as_decimal()));
        case Kind::string:
            return typed("string", value);
        case Kind::bytes:
            return typed("bytes", Value(encoding::base64(value.as_bytes())));
        case Kind::timestamp:
            return typed("timestamp", written_time(value.as_timestamp()));
        case Kind::duration:
            return typed("duration", written_time(value.as_duration()));
        case Kind::date:
            return typed("date", Value(format_date(value.as_date())));
        case Kind::list:
            return written_list(value.as_list());
        default:
            return written_opaque(value);
    }
}

Result<Value> judge(const Value& request) {
    CompileOptions options;
    options.container = request["container"].text();
    options.disable_macros = request["disable_macros"].kind() == Kind::boolean && request["disable_macros"].as_bool();
    options.dotted_names = true;
    options.check_functions = false;
    Map variables;
    if (request["bindings"].is_map()) {
        for (const auto& [name, binding] : request["bindings"].as_map()) {
            LS_TRY_ASSIGN(Value value, read(binding));
            variables.set(name, std::move(value));
        }
    }
    LS_TRY_ASSIGN(const Program program, compile(request["expr"].text(), options));
    return evaluate(program, MapEnvironment(std::move(variables)));
}

}  // namespace

std::string evaluate_jsonl_line(std::string_view line) {
    auto request = json::parse(line);
    if (!request) return json::write(Value(Map{{"id", Value()}, {"error", Value(request.error().to_text())}}));
    Map answer{{"id", (*request)["id"]}};
    auto result = judge(*request);
    if (result) {
        answer.set("value", written(*result));
    } else {
        answer.set("error", Value(result.error().message));
    }
    return json::write(Value(std::move(answer)));
}

}  // namespace lockstep::expr
