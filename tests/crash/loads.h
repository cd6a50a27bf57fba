#pragma once

#include <atomic>
#include <functional>

#include "accountant.h"
#include "company.h"

/// People and vendors at work while Lockstep is killed again and again: each of these is a thread of its own that goes on
/// telling until it was heard. How far it may go is said life by life.
namespace lockstep::testing {

/// One worker: `turn(n)` is done once for each life that was allowed, in order.
class Worker {
public:
    Worker(const Landscape& landscape, std::uint32_t seed) : landscape_(landscape), random_(seed) {}
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;
    virtual ~Worker() { stop(); }
    void start() {
        thread_ = std::thread([this] { run(); });
    }
    /// Derived classes call it in their destructors: their members are used by the thread.
    void stop() {
        stopped_ = true;
        if (thread_.joinable()) thread_.join();
    }
    /// Lets it go on to so many turns.
    void allow(int turns) { allowed_ = turns; }
    bool is_done_with(int turns) const { return done_ >= turns; }
    /// The runs that were acknowledged. To be read when all is done.
    const std::vector<std::string>& runs() const { return runs_; }
    int refused() const { return refused_; }
    /// What went wrong in its thread; empty: nothing.
    const std::string& error() const { return error_; }

protected:
    virtual void turn(int number) = 0;
    bool is_stopped() const { return stopped_; }
    bool is_likely(double probability) { return std::uniform_real_distribution<double>(0, 1)(random_) < probability; }
    std::size_t below(std::size_t bound) { return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random_); }
    /// Tells until it is acknowledged.
    void tell(const std::string& path, const Value& body) {
        while (!stopped_) {
            const auto answer = landscape_.try_send("POST", landscape_.base() + path, json::write(body));
            if (answer && answer->status == 202) return runs_.push_back(Landscape::json_of(*answer)["run"].text());
            if (answer && answer->status < 500) throw std::runtime_error(path + " was refused: " + answer->body);
            ++refused_;
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
    }

    const Landscape& landscape_;
    std::vector<std::string> runs_;

private:
    void run() {
        try {
            for (int number = 1; !stopped_; ++number) {
                while (number > allowed_ && !stopped_) std::this_thread::sleep_for(std::chrono::milliseconds(2));
                if (!stopped_) turn(number);
                done_ = number;
            }
        } catch (const std::exception& problem) { error_ = problem.what(); }
    }

    std::mt19937 random_;
    std::atomic<int> allowed_ = 0, done_ = 0, refused_ = 0;
    std::atomic<bool> stopped_ = false;
    std::string error_;
    std::thread thread_;
};

/// Tells of won deals, so many a turn; now and then of one once more.
class DealLoad final : public Worker {
public:
    DealLoad(const Landscape& landscape, std::uint32_t seed, std::vector<std::string> deals, std::size_t a_turn)
        : Worker(landscape, seed), deals_(std::move(deals)), a_turn_(a_turn) {}
    ~DealLoad() override { stop(); }

private:
    void turn(int) override {
        for (std::size_t i = 0; i < a_turn_ && next_ < deals_.size() && !is_stopped(); ++i, ++next_) {
            close(deals_[next_]);
            if (is_likely(0.2)) close(deals_[below(next_ + 1)]);
        }
    }
    void close(const std::string& deal) { tell("/webhook/salesforce/deal-closed", Map{{"opportunityId", deal}}); }

    std::vector<std::string> deals_;
    std::size_t a_turn_, next_ = 0;
};

/// Records payments in Zoho Books, corrects and deletes some; Zoho Books tells of them by its webhook. What the webhook
/// could not deliver, for nobody was there, is told by hand.
class PaymentLoad final : public Worker {
public:
    PaymentLoad(const Landscape& landscape, std::uint32_t seed) : Worker(landscape, seed), finance_(landscape) {
        landscape.load(
            "zoho_books/webhooks",
            {Map{{"webhook_name", "lockstep"}, {"entity", "customer_payment"}, {"url", landscape.base() + "/webhook/zoho/payment"}}});
    }
    ~PaymentLoad() override { stop(); }
    int recorded() const { return recorded_; }
    /// Deliveries of the webhook that were taken, and those that were told by hand.
    int taken() const { return taken_; }
    int told_by_hand() const { return by_hand_; }

    /// Whether Zoho Books has nothing left to send. For the end, when no turn is under way.
    bool has_sent_all() const {
        const List all = landscape_.state("zoho_books/webhook_deliveries");
        return std::all_of(all.begin(), all.end(), [](const Value& its) { return its["sent"] == Value(true); });
    }
    /// Tells what was not taken. In the worker's turns; and at the end by whoever ended it.
    void tell_untaken() {
        for (const Value& its : landscape_.state("zoho_books/webhook_deliveries")) {
            if (its["sent"] != Value(true) || !seen_.insert(its["delivery_id"].text()).second) continue;
            if (its["status"] == Value(202)) {
                ++taken_;
                const auto answer = json::parse(its["answer"].text());
                require(answer.has_value(), "no JSON: " + its["answer"].text());
                runs_.push_back((*answer)["run"].text());
            } else {
                ++by_hand_;
                tell("/webhook/zoho/payment", *json::parse(its["body"].text()));
            }
        }
    }

private:
    static constexpr int a_turn = 3;
    void turn(int) override {
        const List invoices = landscape_.state("zoho_books/invoices");
        for (int i = 0; i < a_turn && !invoices.empty(); ++i) try {
                is_likely(0.8) ? pay(invoices) : change();
            } catch (const std::runtime_error&) {
                // Zoho Books failed, or its answer was lost: what became of it, its records say.
            }
        tell_untaken();
    }
    void pay(const List& invoices) {
        std::vector<Accountant::Part> parts;
        const Value& first = invoices[below(invoices.size())];
        for (const Value& its : invoices) {
            const Decimal balance = its["balance"].to_decimal();
            const bool fits = parts.empty() ? its["invoice_id"] == first["invoice_id"]
                                            : its["customer_id"] == first["customer_id"] && its["invoice_id"] != first["invoice_id"];
            if (!fits || its["status"].text() != "sent" || balance.is_zero()) continue;
            parts.push_back({its["invoice_id"].text(), is_likely(0.5) ? balance : decimal("0.37")});
            if (parts.size() == 2 || is_likely(0.7)) break;
        }
        if (parts.empty()) return;
        Decimal amount = decimal("0");
        for (const auto& part : parts) amount = plus(amount, part.amount);
        ++recorded_;
        made_.push_back({finance_.pay(parts, amount, "2026-02-2" + std::to_string(below(9)), "banktransfer"), parts});
    }
    void change() {
        if (made_.empty()) return;
        auto its = made_.begin() + static_cast<std::ptrdiff_t>(below(made_.size()));
        if (is_likely(0.5)) {
            const std::string id = its->id;
            made_.erase(its);
            (void)finance_.send("DELETE", "customerpayments/" + id);
        } else {
            its->parts.resize(1);
            its->parts[0].amount = decimal("0.21");
            finance_.edit(its->id, its->parts, its->parts[0].amount);
        }
    }

    struct Made {
        std::string id;
        std::vector<Accountant::Part> parts;
    };
    Accountant finance_;
    std::vector<Made> made_;
    std::set<std::string> seen_;
    int recorded_ = 0, taken_ = 0, by_hand_ = 0;
};

/// Moves stock in SAP every so many turns and asks for a run of the stock flow.
class StockLoad final : public Worker {
public:
    StockLoad(const Landscape& landscape, std::uint32_t seed, int products, int every)
        : Worker(landscape, seed), every_(every), amounts_(static_cast<std::size_t>(products)) {
        List records, materials;
        for (int i = 0; i < products; ++i) {
            records.push_back(
                Map{{"Id", product_id(serial(i))}, {"Name", fmt::format("Lager {}", i)}, {"ProductCode", code(i)}, {"IsActive", true}});
            materials.push_back(Map{{"Product", code(i)}, {"BaseUnit", "PC"}});
        }
        landscape.load("salesforce/Product2", std::move(records));
        landscape.load("sap/A_Product", std::move(materials));
    }
    ~StockLoad() override { stop(); }

    /// Every product shows what SAP has. When all runs are over.
    void expect_shown() const {
        const ByKey all = by_key(landscape_.state("salesforce/Product2"), "ProductCode");
        for (std::size_t i = 0; i < amounts_.size(); ++i) {
            const Value its = only(all, code(static_cast<int>(i)), "product");
            EXPECT_EQ(its["Available_Stock__c"], Value(amounts_[i])) << code(static_cast<int>(i));
            EXPECT_EQ(its["Low_Stock_Alert__c"], Value(amounts_[i] < low_below)) << code(static_cast<int>(i));
        }
    }

private:
    static constexpr int low_below = 10;
    static int serial(int product) { return 100'000 + product; }
    static std::string code(int product) { return fmt::format("STOCK-{:04}", product); }
    void turn(int number) override {
        if (number % every_ != 1 && every_ > 1) return;
        List rows;
        for (std::size_t i = 0; i < amounts_.size(); ++i) {
            if (number > 1 && is_likely(0.3)) continue;
            amounts_[i] = static_cast<int>(below(200));
            rows.push_back(Map{{"Material", code(static_cast<int>(i))},
                               {"Plant", "1010"},
                               {"StorageLocation", "101A"},
                               {"InventoryStockType", "01"},
                               {"MaterialBaseUnit", "PC"},
                               {"MatlWrhsStkQtyInMatlBaseUnit", std::to_string(amounts_[i])}});
        }
        landscape_.load("sap/A_MatlStkInAcctMod", std::move(rows));
        tell("/api/v1/flows/inventory/run", Map{{"key", "inventory"}});
    }

    int every_;
    std::vector<int> amounts_;
};

/// Every deal shows to the cent what the payments of its invoice in Zoho Books come to.
inline void expect_payments_shown(const Landscape& landscape, const std::vector<std::string>& deals) {
    std::map<std::string, Decimal> paid;
    for (const Value& payment : landscape.state("zoho_books/customerpayments"))
        for (const Value& part : payment["invoices"].as_list()) {
            auto [its, is_new] = paid.try_emplace(part["invoice_id"].text(), decimal("0"));
            its->second = plus(its->second, part["amount_applied"].to_decimal());
        }
    const ByKey records = by_key(landscape.state("salesforce/Opportunity"), "Id"),
                invoices = by_key(landscape.state("zoho_books/invoices"), "reference_number");
    for (const std::string& id : deals) {
        const Value deal = only(records, id, "deal"), invoice = only(invoices, "SF-" + id, "invoice");
        if (invoice.is_null()) continue;
        const auto its = paid.find(invoice["invoice_id"].text());
        const Decimal shown = deal["Payment_Amount__c"].is_number() ? deal["Payment_Amount__c"].to_decimal() : decimal("0");
        EXPECT_EQ(shown, its == paid.end() ? decimal("0") : its->second) << "paid for " << id;
        EXPECT_EQ(deal["Payment_Received__c"] == Value(true), invoice["balance"].to_decimal().is_zero()) << id;
    }
}

}  // namespace lockstep::testing
