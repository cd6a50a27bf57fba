// Encodings: base64 and JSON.
#include "value/encoding.h"

#include "expr/evaluation.h"
#include "expr/functions/families.h"
#include "value/json.h"

namespace lockstep::expr::functions {
namespace {

Result<Value> base64_encode(const Call& call) {
    LS_TRY(call.evaluation.charge_bytes(call[0].as_bytes().size()));
    return Value(encoding::base64(call[0].as_bytes()));
}

Result<Value> base64_decode(const Call& call) {
    LS_TRY(call.evaluation.charge_bytes(call[0].as_string().size()));
    return encoding::from_base64(call[0].as_string()).transform([](std::string bytes) { return Value(Value::Bytes{std::move(bytes)}); });
}

Result<Value> to_json(const Call& call) {
    LS_TRY(call.evaluation.charge_deep(call[0]));
    return Value(json::write(call[0]));
}

}  // namespace

std::vector<Function> encoders() {
    return {
        {.name = "base64.decode",
         .signature = "base64.decode(string) -> bytes",
         .summary = "Reads base64; the padding may be missing.",
         .examples = {{"base64.decode('aGVsbG8=')", "b'hello'"}},
         .overloads = {{{Type::string}, base64_decode}}},
        {.name = "base64.encode",
         .signature = "base64.encode(bytes) -> string",
         .summary = "Writes base64.",
         .examples = {{"base64.encode(b'hello')", "'aGVsbG8='"}},
         .overloads = {{{Type::bytes}, base64_encode}}},
        {.name = "toJson",
         .style = Style::both,
         .signature = "toJson(any) -> string",
         .summary = "The value as JSON.",
         .examples = {{"toJson({'a': [1, 1.50, null]})", "'{\"a\":[1,1.50,null]}'"}},
         .overloads = {{{Type::any}, to_json}}},
    };
}

}  // namespace lockstep::expr::functions
