#include "flow/error_value.h"

namespace lockstep::flow {

Value error_to_value(const Error& error) {
    Map map{{"code", to_string(error.code)}, {"message", error.message}};
    if (!error.vendor_code.empty()) map.set("vendor_code", error.vendor_code);
    if (!error.field.empty()) map.set("field", error.field);
    return map;
}

Error error_from_value(const Value& value) {
    auto code = error_code_from(value["code"].text());
    return Error{code.value_or(ErrorCode::internal), value["message"].text(), value["vendor_code"].text(), value["field"].text()};
}

}  // namespace lockstep::flow
