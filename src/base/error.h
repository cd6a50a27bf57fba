#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lockstep {

/// What the engine does about an error. The engine switches on this and on nothing else.
enum class ErrorClass : std::uint8_t {
    transient,      ///< nothing happened outside: back off and try again (counted)
    limited,        ///< wait as long as the vendor says, whole connection (not counted)
    unauthorized,   ///< one shared refresh was tried already: pause the connection
    conflict,       ///< the record changed: read again, decide again (counted)
    in_doubt,       ///< may have happened: settle, look for the effect, adopt it or send again
    rejected,       ///< park with field and reason
    misconfigured,  ///< pause the connection, one alert, resume by itself
    bug,            ///< park and keep the evidence
};

/// Every error code; the list with classes is `error_codes.def`, a page each is in `docs/errors/`.
enum class ErrorCode : std::uint8_t {
#define LS_ERROR_CODE(code, cls, summary) code,
#include "base/error_codes.def"
#undef LS_ERROR_CODE
};

ErrorClass error_class(ErrorCode code);
std::string_view to_string(ErrorCode code);
std::string_view to_string(ErrorClass cls);
/// Returns the general sentence of `error_codes.def`.
std::string_view summary(ErrorCode code);
/// Finds a code by its name, as journals store it.
std::optional<ErrorCode> error_code_from(std::string_view name);
std::vector<ErrorCode> all_error_codes();

/// What went wrong: a code, and one lower-case sentence with the facts last.
/// `text is longer than the field allows: Account.Name, 300 of 255`
struct Error {
    ErrorCode code = ErrorCode::internal;
    std::string message;
    /// The vendor's own code, as sent (`UNABLE_TO_LOCK_ROW`, `CVI_API/003`, `3062`); empty if there is none.
    std::string vendor_code = {};
    /// The vendor's field the error is about, if it names one.
    std::string field = {};
    /// When the vendor (or our own budget) allows the next call. Units: milliseconds from now.
    std::optional<std::int64_t> retry_after_ms = {};

    ErrorClass cls() const { return error_class(code); }
    /// Renders `code: message` plus the vendor code where there is one.
    std::string to_text() const;
};

}  // namespace lockstep
