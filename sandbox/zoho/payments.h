#pragma once

#include "sandbox/zoho/books.h"

namespace lockstep::sandbox::zoho {

Value payment_value(const Books& books, const Payment& payment);

}  // namespace lockstep::sandbox::zoho
