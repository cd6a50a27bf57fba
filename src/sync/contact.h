#pragma once

#include <string>
#include <string_view>

namespace lockstep::sync {

/// Host and path of a website: without scheme, `www.`, port, query, fragment and a last slash. Empty if it is none, or
/// names only a host that many share: `https://www.facebook.com`.
std::string website_place(std::string_view website);
/// The domain that somebody registered: `example.co.uk` of `https://shop.example.co.uk/de`. Empty if it is none, or is
/// one that many share (mail providers, social networks); of builders of sites with the customer's part: `x.wixsite.com`.
std::string website_domain(std::string_view website);

/// All digits of the first number in a text, without `+`, `(0)`, leading zeros and an extension. Empty if fewer than
/// seven are left, or they are a placeholder as `0000000` and `12345678`.
std::string phone_digits(std::string_view phone);
/// The last eight of them: what two ways to write a number have in common, with a country's code and without.
std::string phone_tail(std::string_view phone);

}  // namespace lockstep::sync
