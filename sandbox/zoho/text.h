#pragma once

#include <string>
#include <string_view>

#include "base/time.h"

namespace lockstep::sandbox::zoho {

/// ASCII letters in lower case.
std::string lower(std::string_view text);
bool contains_ignoring_case(std::string_view text, std::string_view part);
bool looks_like_email(std::string_view text);
/// The day it is in Berlin, where the organisation is.
Date date_in_berlin(Timestamp time);
/// `2026-02-18T11:00:00+0100`, as Zoho writes times (the organisation is in Berlin).
std::string zoho_time(Timestamp time);

}  // namespace lockstep::sandbox::zoho
