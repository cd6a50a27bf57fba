#pragma once

#include <string>
#include <string_view>

namespace lockstep::sync {

/// How two values of an exact key compare.
enum class KeyForm {
    text,      ///< without case, accents, widths, punctuation and surplus white space
    website,   ///< host and path; without scheme, `www.`, port, query and a last slash
    phone,     ///< all digits without `+`, `(0)`, leading zeros and an extension
    verbatim,  ///< as it stands, but for case (of ASCII) and white space around it: numbers, ids, email addresses
};

/// The form that fits the fields of a pair, from their names: `Website`, `Fax`, `Email`, `Account_Number`; else text.
KeyForm key_form_of(std::string_view left_field, std::string_view right_field);

/// The normal form of a value; empty if there is nothing to compare (white space, punctuation, `n/a`, a mere `https://`).
std::string normal_form(std::string_view value, KeyForm form);

/// Text without case, accents, widths and punctuation, its words separated by one space: `Müller-Bau  G.m.b.H.` is
/// `muller bau gmbh`. Letters of all scripts are kept; bytes that are no UTF-8 become U+FFFD.
std::string normal_text(std::string_view text);

}  // namespace lockstep::sync
