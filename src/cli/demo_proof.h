#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "cli/demo_screen.h"
#include "cli/demo_vendors.h"

namespace lockstep::cli {

/// What a figure is about; the table is in this order.
enum class Topic : std::uint8_t { deals, stock, payments, outage, parked };

/// The promises of the day against the vendors' own records. Lockstep's word counts for nothing here.
class DemoProof {
public:
    explicit DemoProof(const DemoVendors& vendors) : vendors_(vendors) {}
    /// Remembers what the vendors have before the day.
    void begin();
    void closed(const std::string& deal) { deals_.insert(deal); }
    /// How many of the closed deals Salesforce shows as parked now.
    std::int64_t shown_as_parked() const;

    /// Holds a figure against what it must be; it becomes a row of the table.
    void expect(Topic topic, std::string what, std::int64_t expected, std::int64_t found);
    /// Something that is not as it should be, in words.
    void wrong(std::string what) { wrong_.push_back(std::move(what)); }
    /// Holds every closed deal against SAP, Zoho Books and what Salesforce shows; each once, each to the cent.
    void judge_deals();
    /// Holds every active product with a material in SAP against SAP's own, unrestricted stock in the plant.
    void judge_products();
    /// Prints the table. Returns whether everything is as it should be.
    bool print(DemoScreen& screen) const;

private:
    using Sums = std::array<Decimal, 5>;  // deals, orders, invoices, paid in Zoho Books, paid as Salesforce shows
    struct Row {
        Topic topic;
        std::string what;
        std::int64_t expected, found;
    };
    struct Found;

    bool print_sums(DemoScreen& screen) const;
    Found find() const;
    void judge_deal(const Value& deal, const Found& found);
    void judge_payment(const Value& deal, const Value& invoice, const Found& found, Sums& sums);
    void judge_customers(const std::set<std::string>& accounts);

    const DemoVendors& vendors_;
    std::map<std::string, std::int64_t> before_;  // records by object
    std::set<std::string> known_accounts_;        // that were partners before the day
    std::set<std::string> deals_;
    std::vector<Row> rows_;
    std::map<std::string, Sums> sums_;  // by currency
    std::vector<std::string> wrong_;
};

/// What a product must show: SAP's own, unrestricted stock in plant 1010 by material, as far as SAP's rows say.
std::map<std::string, Decimal> sap_stock(const DemoVendors& vendors);
/// A number of a record, 0 if there is none.
Decimal number_of(const Value& value);

}  // namespace lockstep::cli
