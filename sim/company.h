#pragma once

#include <string>
#include <vector>

#include "sandbox/sandbox.h"

namespace lockstep::sim {

/// A small made-up company in the emulated systems: accounts, products, and won deals spread over the accounts.
struct Company {
    int accounts = 1;
    int deals = 2;

    std::string account_id(int serial) const;
    std::string deal_id(int serial) const;
    int account_of(int deal) const { return deal % accounts; }
    /// Errors: of the sandbox.
    Result<void> load(sandbox::Sandbox& sandbox) const;
};

/// What the promises say about a company whose deals were all carried through, checked in the vendors' own records:
/// one order, invoice and email a deal, one partner and contact an account, equal totals, numbers written back, nothing
/// besides. Returns a sentence for everything that is wrong.
std::vector<std::string> broken_promises(const Company& company, sandbox::Sandbox& sandbox);

}  // namespace lockstep::sim
