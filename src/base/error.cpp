#include "base/error.h"

#include <array>

namespace lockstep {
namespace {

struct CodeEntry {
    ErrorCode code;
    ErrorClass cls;
    std::string_view name;
    std::string_view summary;
};

constexpr std::array code_table = {
#define LS_ERROR_CODE(code, cls, summary) CodeEntry{ErrorCode::code, ErrorClass::cls, #code, summary},
#include "base/error_codes.def"
#undef LS_ERROR_CODE
};

constexpr std::array<std::string_view, 8> class_names = {"transient", "limited",  "unauthorized",  "conflict",
                                                         "in_doubt",  "rejected", "misconfigured", "bug"};

const CodeEntry& entry(ErrorCode code) { return code_table.at(static_cast<std::size_t>(code)); }

}  // namespace

ErrorClass error_class(ErrorCode code) { return entry(code).cls; }
std::string_view to_string(ErrorCode code) { return entry(code).name; }
std::string_view to_string(ErrorClass cls) { return class_names.at(static_cast<std::size_t>(cls)); }
std::string_view summary(ErrorCode code) { return entry(code).summary; }

std::optional<ErrorCode> error_code_from(std::string_view name) {
    for (const auto& candidate : code_table) {
        if (candidate.name == name) return candidate.code;
    }
    return std::nullopt;
}

std::vector<ErrorCode> all_error_codes() {
    std::vector<ErrorCode> codes;
    codes.reserve(code_table.size());
    for (const auto& known : code_table) codes.push_back(known.code);
    return codes;
}

std::string Error::to_text() const {
    std::string text(to_string(code));
    text += ": ";
    text += message.empty() ? summary(code) : std::string_view(message);
    if (!vendor_code.empty()) text += " (" + vendor_code + ")";
    return text;
}

}  // namespace lockstep
