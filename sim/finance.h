#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "sandbox/sandbox.h"
#include "sim/fiber_runtime.h"

namespace lockstep::sim {

/// What people in finance do in Zoho Books while everything else goes on, as the seed says: payments are recorded, over one
/// invoice or two, edited, moved to another invoice, deleted; invoices are voided.
class Finance {
public:
    Finance(FiberRuntime& runtime, sandbox::Sandbox& sandbox, const sandbox::Credentials& credentials)
        : runtime_(runtime), sandbox_(sandbox), credentials_(credentials) {}

    /// What Zoho's webhook tells of it.
    struct Told {
        std::string key;  ///< of the run that comes of it
        Value body;
    };
    /// Does something with invoices whose deals are done; nullopt: there are none yet.
    std::optional<Told> act();

    /// Looks at every deal whose invoice something was done with: it must say what Zoho's invoice and payments say.
    /// Returns a sentence for everything that is wrong.
    std::vector<std::string> broken_promises() const;

private:
    struct Part {
        std::string invoice_id;
        Decimal amount;
    };
    std::optional<Told> pay();
    std::optional<Told> edit();
    std::optional<Told> move();
    std::optional<Told> remove();
    std::optional<Told> void_one();

    Value send(const std::string& method, const std::string& path, const Value& body = {});
    Told changed(const std::string& payment_id, const std::vector<Part>& parts, const Decimal& amount);
    Told told_of(const std::string& payment_id, const std::vector<Part>& parts);
    List records(std::string_view connector, std::string_view object) const;
    std::vector<Value> invoices_of_done_deals() const;
    std::vector<Value> open_invoices(const std::string& customer_id = {}) const;
    template <class T>
    const auto& one_of(const T& all) {
        return all[runtime_.random_below(all.size())];
    }
    void check_deal(const Value& deal, const Value& invoice, std::vector<std::string>& broken) const;

    FiberRuntime& runtime_;
    sandbox::Sandbox& sandbox_;
    const sandbox::Credentials& credentials_;
    std::string token_;
    std::set<std::string> touched_;  ///< invoices
    int days_ = 0;                   ///< every payment has a later date than the one before, mostly
};

}  // namespace lockstep::sim
