#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>

#include <memory>

#include "sandbox/sandbox.h"

namespace lockstep::sandbox {
namespace {

template <auto function>
struct Free {
    template <class T>
    void operator()(T* pointer) const {
        function(pointer);
    }
};
using Key = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>>;
using Bio = std::unique_ptr<BIO, Free<BIO_free>>;

constexpr std::string_view alphanumeric = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
constexpr std::string_view capitals = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
constexpr std::string_view hex_digits = "0123456789abcdef";
constexpr std::string_view digits = "0123456789";

// Letters that a shell leaves alone, so that the environment file needs no quotes.
std::string random_text(std::string_view letters, std::size_t length) {
    std::string bytes(length, '\0');
    LS_ASSERT(RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(length)) == 1);
    for (char& c : bytes) c = letters[static_cast<unsigned char>(c) % letters.size()];
    return bytes;
}

std::string text_of(BIO* bio) {
    char* data = nullptr;
    const long length = BIO_get_mem_data(bio, &data);
    return {data, static_cast<std::size_t>(length)};
}

std::string private_text(EVP_PKEY* key) {
    const Bio bio(BIO_new(BIO_s_mem()));
    LS_ASSERT(bio && PEM_write_bio_PKCS8PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr) == 1);
    return text_of(bio.get());
}

std::string public_text(EVP_PKEY* key) {
    const Bio bio(BIO_new(BIO_s_mem()));
    LS_ASSERT(bio && PEM_write_bio_PUBKEY(bio.get(), key) == 1);
    return text_of(bio.get());
}

constexpr int key_bits = 2048;

}  // namespace

KeyPair make_key_pair() {
    const Key key(EVP_RSA_gen(key_bits));
    LS_ASSERT(key != nullptr);
    return {private_text(key.get()), public_text(key.get())};
}

Result<KeyPair> read_key_pair(const std::string& private_pem) {
    const Bio bio(BIO_new_mem_buf(private_pem.data(), static_cast<int>(private_pem.size())));
    const Key key(bio ? PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr) : nullptr);
    if (!key || EVP_PKEY_get_base_id(key.get()) != EVP_PKEY_RSA || EVP_PKEY_get_bits(key.get()) < key_bits)
        return fail(ErrorCode::key_file_invalid, "this is no private RSA key of 2048 bits or more");
    return KeyPair{private_text(key.get()), public_text(key.get())};
}

Credentials generate_secrets() {
    Credentials made;
    made.sf_client_id = "3MVG9" + random_text(alphanumeric, 80);
    made.sf_client_secret = random_text("0123456789ABCDEF", 64);
    made.sf_username = "integration@sandbox.example";
    made.sf_password = random_text(alphanumeric, 24);
    made.sf_refresh_token = "5Aep861" + random_text(alphanumeric, 80);
    made.sap_client_id = "sb-sandbox-" + random_text(hex_digits, 12);
    made.sap_client_secret = random_text(alphanumeric, 40);
    made.sap_user = "LOCKSTEP";
    made.sap_password = random_text(alphanumeric, 24);
    made.sap_api_key = random_text(alphanumeric, 32);
    made.zoho_client_id = "1000." + random_text(capitals, 30);
    made.zoho_client_secret = random_text(hex_digits, 42);
    made.zoho_refresh_token = "1000." + random_text(hex_digits, 32) + "." + random_text(hex_digits, 32);
    made.zoho_crm_refresh_token = "1000." + random_text(hex_digits, 32) + "." + random_text(hex_digits, 32);
    made.zoho_grant_code = "1000." + random_text(hex_digits, 32) + "." + random_text(hex_digits, 32);
    made.zoho_org_id = "7" + random_text(digits, 8);
    made.slack_path = "/services/T" + random_text(capitals, 8) + "/B" + random_text(capitals, 8) + "/" + random_text(alphanumeric, 24);
    return made;
}

Result<GeneratedCredentials> generate_credentials() {
    KeyPair keys = make_key_pair();
    GeneratedCredentials out{generate_secrets(), std::move(keys.private_pem)};
    out.credentials.sf_public_key_pem = std::move(keys.public_pem);
    return out;
}

}  // namespace lockstep::sandbox
