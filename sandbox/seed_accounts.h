#pragma once

#include <span>
#include <string_view>

namespace lockstep::sandbox {

/// An account of the made-up manufacturer. Every name is invented.
struct SeedAccount {
    std::string_view name, mail_host, street, postal_code, city, state, country, currency;
};

/// The last three are the ones whose deals cannot be carried through.
std::span<const SeedAccount> seed_accounts();

}  // namespace lockstep::sandbox
